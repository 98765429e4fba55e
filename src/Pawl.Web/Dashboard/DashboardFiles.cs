using System.Security.Cryptography;
using System.Text;

namespace Pawl.Web.Dashboard;

/// <summary>The files of the dashboard, which lie inside this assembly: so they are wherever the program is.</summary>
/// <remarks>All have one address in common, <c>a/{hash of everything}/</c>: a new version is a new address, and what was fetched once is
/// kept for good. The modules are sent joined: <c>app.js</c> is the whole application.</remarks>
internal sealed class DashboardFiles
{
    private const string Folder = "Dashboard/wwwroot/";

    // Of the login page and of what other applications show; these alone are sent to strangers.
    private static readonly string[] Open = ["login.js", "theme.js", "style.css", "icon.svg"];
    private static readonly string[] Entries = ["app.js", "drawer.js"];
    private static readonly string[] Plain = ["login.js", "theme.js", "style.css", "icon.svg"];

    // A build on Windows writes the folders its own way.
    private static readonly Dictionary<string, string> Names = typeof(DashboardFiles).Assembly.GetManifestResourceNames()
        .Where(static name => name.StartsWith(Folder, StringComparison.Ordinal))
        .ToDictionary(static name => name[Folder.Length..].Replace('\\', '/'), StringComparer.Ordinal);

    private readonly Dictionary<string, Asset> _assets = new(StringComparer.Ordinal);
    private readonly Asset _drawer;
    private readonly Dictionary<string, string> _pages = new(StringComparer.Ordinal);

    private DashboardFiles()
    {
        foreach (var entry in Entries)
        {
            Add(entry, Modules.Join(entry, Read));
        }

        foreach (var name in Plain)
        {
            Add(name, name == "style.css" ? Read("vendor/uplot.css") + Read(name) : Read(name));
        }

        foreach (var name in (string[])["index.html", "login.html"])
        {
            _pages[name] = Read(name);
        }

        Addresses = new(Read("pages.js"));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, asset) in _assets.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(asset.Bytes);
        }

        Hash = Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
        _drawer = new("text/javascript; charset=utf-8", Encoding.UTF8.GetBytes($"import './a/{Hash}/{Drawer}';\n"), IsOpen: false)
        {
            IsLasting = false,
        };
    }

    private static readonly Lazy<DashboardFiles> Loaded = new(static () => new());

    /// <summary>The files of this assembly.</summary>
    public static DashboardFiles All => Loaded.Value;

    /// <summary>Where there are pages.</summary>
    public PageAddresses Addresses { get; }

    /// <summary>What other applications load, by an address that stays: it leads to the file of this version.</summary>
    public const string Drawer = "drawer.js";

    /// <summary>Changes with any of the files.</summary>
    public string Hash { get; }

    /// <summary>Every file that is sent.</summary>
    public IReadOnlyDictionary<string, Asset> Assets => _assets;

    /// <summary>The file at a path below the mount; null when there is none.</summary>
    public Asset? Find(string path) =>
        path == Drawer ? _drawer
        : path.StartsWith($"a/{Hash}/", StringComparison.Ordinal) ? _assets.GetValueOrDefault(path[(Hash.Length + 3)..])
        : null;

    /// <summary>A page, with links that find the files from so many folders below the mount.</summary>
    public string Page(string name, int depth) => _pages[name]
        .Replace("{root}", depth == 0 ? "./" : string.Concat(Enumerable.Repeat("../", depth)), StringComparison.Ordinal)
        .Replace("{hash}", Hash, StringComparison.Ordinal)
        .Replace("{version}", Routing.Site.Version, StringComparison.Ordinal);

    private void Add(string name, string text) => _assets[name] = new(
        Path.GetExtension(name) switch
        {
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            var other => throw new InvalidOperationException($"A file {other} has no media type."),
        },
        Encoding.UTF8.GetBytes(text),
        Open.Contains(name));

    private static string Read(string name)
    {
        using var stream = (Names.TryGetValue(name, out var full) ? typeof(DashboardFiles).Assembly.GetManifestResourceStream(full) : null)
            ?? throw new InvalidOperationException($"The dashboard has no file {name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
