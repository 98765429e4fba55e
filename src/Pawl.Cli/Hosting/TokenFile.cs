using Pawl.Cli.Client;
using Pawl.Cli.Settings;

namespace Pawl.Cli.Hosting;

/// <summary>Where the first start on a store leaves its admin key.</summary>
internal sealed class TokenFile
{
    private TokenFile(string path, bool isNew) => (Path, IsNew) = (path, isNew);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Whether it was not there when this program started.</summary>
    public bool IsNew { get; }

    /// <summary>Beside a SQLite file, or among the user's own files for PostgreSQL, unless another place is named.</summary>
    public static TokenFile Of(StoreChoice store, string? named)
    {
        var path = System.IO.Path.GetFullPath(named ?? Environment.GetEnvironmentVariable("PAWL_TOKEN_FILE") ?? (store.IsPostgres
            ? System.IO.Path.Combine(ConfigFolder.Path, "tokens", store.TokenName())
            : $"{store.Path}.token"));
        if (store.IsPostgres && named is null && System.IO.Path.GetDirectoryName(path) is { } folder)
        {
            MakePrivate(folder);
        }

        return new(path, !File.Exists(path));
    }

    /// <summary>Its key; null when there is none: another machine made the first one.</summary>
    public string? Read()
    {
        try
        {
            return File.Exists(Path) && File.ReadAllText(Path).Trim() is { Length: > 0 } key ? key : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Notes for the tool on this machine which file belongs to which address.</summary>
    public void Note(IEnumerable<string> urls)
    {
        var profiles = Profiles.Load();
        var changed = false;
        foreach (var url in urls)
        {
            if (!profiles.Servers.TryGetValue(url, out var known) || known != Path)
            {
                profiles.Servers[url] = Path;
                changed = true;
            }
        }

        if (changed)
        {
            profiles.Save();
        }
    }

    private static void MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
