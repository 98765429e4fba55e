using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Pawl.Cli.Commands;

/// <summary>Options whose bad values are named with what is allowed.</summary>
internal static class Opt
{
    public static Option<string?> Text(string name, string description, string help = "TEXT") =>
        new(name) { Description = description, HelpName = help };

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary>May be given several times.</summary>
    public static Option<string[]> Texts(string name, string description, string help) => new(name)
    {
        Description = description,
        HelpName = help,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    /// <summary>One of some words.</summary>
    public static Option<string?> Word(string name, string description, params string[] words)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = string.Join('|', words) };
        option.CompletionSources.Add(words);
        option.CustomParser = result => words.Contains(One(result))
            ? One(result)
            : Wrong<string?>(result, name, $"one of {string.Join(", ", words)}", Nearest.Of(One(result), words));
        return option;
    }

    public static Option<int?> Whole(string name, string description, int least = int.MinValue, int most = int.MaxValue) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
            int.TryParse(One(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= least && value <= most
                ? value
                : Wrong<int?>(result, name, (least, most) switch
                {
                    (int.MinValue, int.MaxValue) => "a whole number",
                    (_, int.MaxValue) => string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} on"),
                    _ => string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"),
                }),
    };

    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => Durations.TryParse(One(result), out var value)
            ? value
            : Wrong<TimeSpan?>(result, name, "a length of time such as 500ms, 30s, 5m or 1h30m"),
    };

    /// <summary>A point in time with its zone, or a length of time from now on.</summary>
    public static Option<string?> Point(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => HasZone(One(result))
            ? One(result)
            : Wrong<string?>(result, name, "a time with its zone, such as 2026-11-23T02:00:00Z or 2026-11-23T02:00:00+02:00"),
    };

    private static bool HasZone(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
        && text.Contains('T', StringComparison.OrdinalIgnoreCase)
        && (text[^1] is 'Z' or 'z' || text.AsSpan(text.IndexOf('T', StringComparison.OrdinalIgnoreCase)).IndexOfAny('+', '-') > 0);

    private static string One(ArgumentResult result) => result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";

    private static T? Wrong<T>(ArgumentResult result, string name, string allowed, string? near = null)
    {
        var hint = near is null ? "" : $"; hint: did you mean '{near}'?";
        result.AddError($"{name} must be {allowed}, but was {Shown.Text(One(result))}{hint}");
        return default;
    }
}
