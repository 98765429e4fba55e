using System.Text.Json;

namespace Pawl.Cli.Client;

/// <summary><c>profiles.json</c>: named servers, and which token file belongs to which server on this machine.</summary>
internal sealed class Profiles
{
    public SortedDictionary<string, Profile> Named { get; } = new(StringComparer.Ordinal);

    /// <summary>Token files by url, as <c>pawl serve</c> noted them.</summary>
    public SortedDictionary<string, string> Servers { get; } = new(StringComparer.Ordinal);

    /// <summary>The profile that holds where none is named.</summary>
    public string? Current { get; set; }

    public static string File => Path.Combine(ConfigFolder.Path, "profiles.json");

    /// <exception cref="CliException"><c>config_invalid</c>: the file cannot be read.</exception>
    public static Profiles Load()
    {
        var profiles = new Profiles();
        byte[] text;
        try
        {
            text = System.IO.File.ReadAllBytes(File);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return profiles;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Invalid(error.Message);
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            profiles.Current = root.TryGetProperty("current", out var current) ? current.GetString() : null;
            foreach (var named in Members(root, "profiles"))
            {
                var file = named.Value.TryGetProperty("token_file", out var token) ? token.GetString() : null;
                profiles.Named[named.Name] = new(named.Value.GetProperty("url").GetString()!, file);
            }

            foreach (var server in Members(root, "servers"))
            {
                profiles.Servers[server.Name] = server.Value.GetString()!;
            }

            return profiles;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw Invalid(error.Message);
        }
    }

    public void Save()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true }))
        {
            json.WriteStartObject();
            if (Current is not null)
            {
                json.WriteString("current", Current);
            }

            json.WriteStartObject("profiles");
            foreach (var (name, profile) in Named)
            {
                json.WriteStartObject(name);
                json.WriteString("url", profile.Url);
                if (profile.TokenFile is not null)
                {
                    json.WriteString("token_file", profile.TokenFile);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteStartObject("servers");
            foreach (var (url, file) in Servers)
            {
                json.WriteString(url, file);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        ConfigFolder.WritePrivate(File, stream.ToArray());
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement root, string name) =>
        root.TryGetProperty(name, out var part) ? part.EnumerateObject() : default;

    private static CliException Invalid(string reason) => new(
        "config_invalid", $"'{File}' cannot be read: {reason}", "correct it, or take it away", ExitCode.Configuration);
}

/// <summary>A named server.</summary>
/// <param name="Url">Its address.</param>
/// <param name="TokenFile">Where its key is kept; null for none.</param>
internal sealed record Profile(string Url, string? TokenFile);
