using System.CommandLine;
using System.CommandLine.Parsing;
using ParsedCommand = System.CommandLine.Parsing.CommandResult;

namespace Pawl.Cli.Commands;

/// <summary>What is wrong with a command line, in one sentence.</summary>
internal static class Slips
{
    private const string Hint = "; hint: ";

    public static CliException Explain(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = Path(parsed.CommandResult);

        // A word nobody knows is the cause of most other complaints.
        foreach (var word in parsed.UnmatchedTokens)
        {
            var isOption = word is ['-', _, ..];
            var known = isOption ? Options(parsed.CommandResult) : command.Subcommands.SelectMany(Names);
            if (isOption || command.Subcommands.Count > 0)
            {
                return CliException.Usage(
                    $"{path} knows no {(isOption ? "option" : "verb")} {Shown.Text(word)}",
                    Nearest.Of(word, known) is { } near ? $"did you mean '{near}'?" : $"{path} --help shows what it knows");
            }

            return CliException.Usage($"{path} has no use for {Shown.Text(word)}", $"{path} --help shows what it takes");
        }

        if (command.Subcommands.Count > 0 && command.Action is null)
        {
            return CliException.Usage(
                $"{path} needs a verb",
                $"one of {string.Join(", ", command.Subcommands.Where(one => !one.Hidden).Select(one => one.Name))}");
        }

        var lacking = command.Arguments
            .Where(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is not { Tokens.Count: > 0 })
            .Select(argument => argument.Name)
            .Concat(command.Options.Where(option => option.Required && parsed.GetResult(option) is null).Select(option => option.Name))
            .ToList();
        if (lacking.Count > 0)
        {
            return CliException.Usage($"{path} needs {string.Join(" and ", lacking)}", $"{path} --help shows what it takes");
        }

        var message = parsed.Errors[0].Message;
        var at = message.IndexOf(Hint, StringComparison.Ordinal);
        return at < 0
            ? CliException.Usage(message.TrimEnd('.'), $"{path} --help shows what it takes")
            : CliException.Usage(message[..at], message[(at + Hint.Length)..]);
    }

    /// <summary>The first word that is no verb where one must stand; null when there is none.</summary>
    /// <remarks>The parser would look for a verb among the words behind it, and complain of those.</remarks>
    public static CliException? Mistyped(Command root, string[] words)
    {
        var (command, path, options) = (root, "pawl", root.Options.ToList());
        for (var at = 0; at < words.Length && command.Subcommands.Count > 0 && words[at] is not ("--" or ['[', ..]); at++)
        {
            var word = words[at];
            if (word is ['-', _, ..])
            {
                var option = options.Find(one => one.Name == word || one.Aliases.Contains(word));
                at += option is { ValueType: var type } && type != typeof(bool) && type != typeof(void) ? 1 : 0;
                continue;
            }

            var known = command.Subcommands.Where(one => !one.Hidden).ToList();
            if (known.Find(one => Names(one).Contains(word)) is not { } found)
            {
                return CliException.Usage(
                    $"{path} knows no verb {Shown.Text(word)}",
                    Nearest.Of(word, known.SelectMany(Names)) is { } near
                        ? $"did you mean '{near}'?"
                        : $"{path} --help shows what it knows");
            }

            (command, path) = (found, $"{path} {found.Name}");
            options.AddRange(found.Options);
        }

        return null;
    }

    /// <summary>An option nobody knows that the parser took for a value; null when there is none.</summary>
    /// <remarks>A value that begins with two dashes stands behind a <c>--</c> of its own, or behind <c>=</c>.</remarks>
    public static CliException? Swallowed(ParseResult parsed, string[] words)
    {
        var end = Array.IndexOf(words, "--");
        var given = words.AsSpan(0, end < 0 ? words.Length : end);
        foreach (var token in parsed.CommandResult.Children.SelectMany(child => child.Tokens))
        {
            if (token.Value is ['-', '-', _, ..] && given.Contains(token.Value))
            {
                var (path, name) = (Path(parsed.CommandResult), token.Value.Split('=')[0]);
                return CliException.Usage(
                    $"{path} knows no option {Shown.Text(name)}",
                    Nearest.Of(name, Options(parsed.CommandResult)) is { } near
                        ? $"did you mean '{near}'?"
                        : $"{path} --help shows what it knows; a value that begins with -- stands behind = or a -- of its own");
            }
        }

        return null;
    }

    private static string Path(ParsedCommand? result)
    {
        var words = new List<string>();
        for (SymbolResult? one = result; one is not null; one = one.Parent)
        {
            if (one is ParsedCommand found)
            {
                words.Insert(0, found.Command is RootCommand ? "pawl" : found.Command.Name);
            }
        }

        return string.Join(' ', words);
    }

    private static IEnumerable<string> Options(ParsedCommand? result)
    {
        for (SymbolResult? one = result; one is not null; one = one.Parent)
        {
            foreach (var option in one is ParsedCommand found ? found.Command.Options : [])
            {
                yield return option.Name;
            }
        }
    }

    private static IEnumerable<string> Names(Command command) => command.Hidden ? [] : [command.Name, .. command.Aliases];
}
