using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pawl.Cli.Settings;

/// <summary>Reads <c>pawl.json</c> strictly: what is written twice, or is not read by anybody, is refused with its line.</summary>
internal sealed partial class PawlJson
{
    /// <summary>Where it is looked for when it is not named.</summary>
    public const string Usual = "pawl.json";

    private const string Root = "Pawl";

    /// <summary>The sections of <c>Pawl</c>; what is in them is checked by those who read them.</summary>
    private static readonly string[] Sections =
    [
        "EnvironmentAliases", "Health", "IdempotencyHold", "Postgres", "Recovery", "Retention", "Retry", "RetryBudget", "Scheduler",
        "Schema", "Secrets", "Sentry", "Telemetry", "Types", "Web", "Worker",
    ];

    private readonly Dictionary<string, int> _lines = new(StringComparer.OrdinalIgnoreCase);

    private PawlJson(string path) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Its settings, as the configuration of .NET names them.</summary>
    public Dictionary<string, string?> Values { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the named file, or the usual one if it is there; null when there is none.</summary>
    /// <exception cref="CliException"><c>config_invalid</c>, exit code 8.</exception>
    public static PawlJson? Load(string? path)
    {
        if (path is null && !File.Exists(Usual))
        {
            return null;
        }

        var settings = new PawlJson(path ?? Usual);
        byte[] text;
        try
        {
            text = File.ReadAllBytes(settings.Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(
                "config_invalid",
                $"'{settings.Path}' cannot be read: {error.Message.TrimEnd('.')}",
                "--config names the file with the settings",
                ExitCode.Configuration,
                error);
        }

        settings.Read(text);
        return settings;
    }

    /// <summary>Reads a text, for a file of that name.</summary>
    public static PawlJson Of(string text, string path)
    {
        var settings = new PawlJson(path);
        settings.Read(Encoding.UTF8.GetBytes(text));
        return settings;
    }

    /// <summary>Where a setting stands; null when it is not in this file.</summary>
    public int? LineOf(string setting) => _lines.TryGetValue(setting, out var line) ? line : null;

    /// <summary>Puts the line behind what somebody else has found wrong with a setting.</summary>
    public CliException Explain(PawlException error)
    {
        var place = error.Data["path"] is string path ? path : Unknown().Match(error.Message) is { Success: true } unknown
            ? $"{unknown.Groups[1].Value}:{unknown.Groups[2].Value}"
            : Setting().Match(error.Message) is { Success: true } setting ? setting.Value : "";
        for (; place.Length > 0; place = place[..Math.Max(0, place.LastIndexOf(':'))])
        {
            if (LineOf(place) is { } line)
            {
                return new(error.Code, $"{Path}:{line}: {error.Message}", null, error.ExitCode ?? ExitCode.Configuration, error);
            }
        }

        return new(error.Code, error.Message, null, error.ExitCode ?? ExitCode.Configuration, error);
    }

    private void Read(byte[] text)
    {
        var lines = Lines(text);
        var reader = new Utf8JsonReader(
            text.AsSpan().StartsWith("\uFEFF"u8) ? text.AsSpan(3) : text,
            new() { CommentHandling = JsonCommentHandling.Disallow, MaxDepth = 64 });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw Invalid(1, "the file must hold one JSON object");
            }

            ReadObject(ref reader, "", lines);
            reader.Read();
        }
        catch (JsonException error)
        {
            throw Invalid((int)(error.LineNumber ?? 0) + 1, $"this is not JSON ({error.Message.Split(". ")[0]})");
        }
    }

    private void ReadObject(ref Utf8JsonReader reader, string path, int[] lines)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);   // as the configuration compares them
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (name, line) = (reader.GetString()!, LineAt(lines, reader.TokenStartIndex));
            var full = path.Length == 0 ? name : $"{path}:{name}";
            if (!names.Add(name))
            {
                throw Invalid(line, $"{Shown.Text(full)} stands there twice (line {LineOf(full)})");
            }

            var known = path.Length == 0 ? [Root] : path == Root ? Sections : (string[]?)null;
            if (known?.Contains(name, StringComparer.OrdinalIgnoreCase) == false)
            {
                throw Invalid(
                    line,
                    $"nobody knows the setting {Shown.Text(full)}",
                    Nearest.Of(name, known) is { } near ? $"did you mean '{near}'?" : $"there is {string.Join(", ", known)}");
            }

            _lines[full] = line;
            reader.Read();
            ReadValue(ref reader, full, lines);
        }
    }

    private void ReadValue(ref Utf8JsonReader reader, string path, int[] lines)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Values[path] = null;
                ReadObject(ref reader, path, lines);
                break;
            case JsonTokenType.StartArray:
                for (var at = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; at++)
                {
                    var item = $"{path}:{at}";
                    _lines[item] = LineAt(lines, reader.TokenStartIndex);
                    ReadValue(ref reader, item, lines);
                }

                break;
            case JsonTokenType.String:
                Values[path] = reader.GetString();
                break;
            case JsonTokenType.True or JsonTokenType.False:
                Values[path] = reader.TokenType == JsonTokenType.True ? "true" : "false";
                break;
            case JsonTokenType.Number:
                Values[path] = Encoding.UTF8.GetString(reader.ValueSpan);
                break;
            default:
                break;   // null leaves the setting as it is
        }
    }

    private CliException Invalid(int line, string message, string? hint = null) =>
        new("config_invalid", $"{Path}:{line}: {message}", hint, ExitCode.Configuration);

    private static int[] Lines(byte[] text) =>
        [.. text.Index().Where(letter => letter.Item == (byte)'\n').Select(letter => letter.Index)];

    private static int LineAt(int[] ends, long offset)
    {
        var at = Array.BinarySearch(ends, (int)offset);
        return (at < 0 ? ~at : at) + 1;
    }

    [GeneratedRegex(@"^(Pawl[\w.:-]*) has no setting '([^']+)'", RegexOptions.None, 1000)]
    private static partial Regex Unknown();

    [GeneratedRegex(@"Pawl(:[\w.-]+)+", RegexOptions.None, 1000)]
    private static partial Regex Setting();
}
