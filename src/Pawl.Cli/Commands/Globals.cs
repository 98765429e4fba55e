using System.CommandLine;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary>The options every verb takes.</summary>
internal static class Globals
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    public static readonly Option<string?> Url = new("--url")
    {
        Description = "Server, default http://127.0.0.1:7295; unix:/path for a socket [env PAWL_URL]",
        HelpName = "URL",
    };

    public static readonly Option<string?> Token = new("--token") { Description = "Key [env PAWL_TOKEN]", HelpName = "KEY" };

    public static readonly Option<string?> TokenFile = new("--token-file")
    {
        Description = "File with the key [env PAWL_TOKEN_FILE]",
        HelpName = "FILE",
    };

    public static readonly Option<string?> Profile = new("--profile")
    {
        Description = "Named server of profiles.json [env PAWL_PROFILE]",
        HelpName = "NAME",
    };

    public static readonly Option<string?> Output = Opt.Word(
        "--output", "How data is written: table, wide, json, ndjson, id [env PAWL_OUTPUT]", "table", "wide", "json", "ndjson", "id");

    public static readonly Option<string?> Time = Opt.Word(
        "--time", "How tables write times: relative, local, utc", "relative", "local", "utc");

    public static readonly Option<bool> NoColor = new("--no-color") { Description = "No colours [env NO_COLOR]" };

    public static readonly Option<TimeSpan?> Timeout = Opt.Duration("--timeout", "How long one request may take, default 30s");

    public static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "Less talk on stderr" };

    public static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "More talk on stderr, never a key" };

    static Globals() => Output.Aliases.Add("-o");

    public static IReadOnlyList<Option> All =>
        [Url, Token, TokenFile, Profile, Output, Time, NoColor, Timeout, Quiet, Verbose];

    /// <summary>The form of the output: option, environment, default.</summary>
    public static OutputForm FormOf(ParseResult parsed)
    {
        var word = parsed.GetValue(Output) ?? Environment.GetEnvironmentVariable("PAWL_OUTPUT");
        return string.IsNullOrEmpty(word) ? OutputForm.Table
            : Enum.TryParse<OutputForm>(word, ignoreCase: true, out var form) && Enum.IsDefined(form) && !char.IsDigit(word[0]) ? form
            : throw CliException.Usage($"PAWL_OUTPUT must be table, wide, json, ndjson or id, but was {Shown.Text(word)}");
    }

    public static TimeForm TimeOf(ParseResult parsed) => parsed.GetValue(Time) switch
    {
        "local" => TimeForm.Local,
        "utc" => TimeForm.Utc,
        _ => TimeForm.Relative,
    };
}
