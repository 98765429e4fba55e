namespace Pawl.Cli;

/// <summary>Ends the tool with one line on stderr: a stable code, what is wrong, and what to do.</summary>
internal sealed class CliException(
    string code, string message, string? hint = null, int exitCode = ExitCode.Refused, Exception? cause = null)
    : Exception(message, cause)
{
    public string Code { get; } = code;

    public string? Hint { get; } = hint;

    public int ExitCode { get; } = exitCode;

    /// <summary>For <c>-v</c>: which request it was, if one.</summary>
    public string? RequestId { get; init; }

    /// <summary>A word, a value or a file that cannot be: exit code 2.</summary>
    public static CliException Usage(string message, string? hint = null) => new("usage", message, hint, Cli.ExitCode.Usage);

    /// <summary>The line for people, whatever threw.</summary>
    /// <remarks>What stands behind the first sentence says what to do, where no hint does.</remarks>
    public static string Line(string code, string message, string? hint)
    {
        var text = Escape.Line(Secrets.Masked(message)).Trim();
        if (hint is null && EndOfFirst(text) is var end and > 0)
        {
            (text, hint) = (text[..end], text[end..].TrimStart('.', ' '));
        }

        var line = $"error[{code}]: {Small(text).TrimEnd('.')}";
        return hint is null ? line : $"{line}; hint: {Small(Escape.Line(Secrets.Masked(hint))).TrimEnd('.')}";
    }

    /// <summary>Where the first sentence ends; -1 when there is but one.</summary>
    private static int EndOfFirst(string text)
    {
        for (var at = text.IndexOf(". ", StringComparison.Ordinal); at >= 0; at = text.IndexOf(". ", at + 1, StringComparison.Ordinal))
        {
            if (at + 2 < text.Length && char.IsAsciiLetterUpper(text[at + 2]))
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>A sentence goes on behind the code: its first word is written small, unless it is a name.</summary>
    private static string Small(string text)
    {
        var word = text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal) is var end and >= 0 ? end : 0);
        return word.Length > 0 && word is not "Pawl" && char.IsAsciiLetterUpper(word[0]) && !word[1..].ContainsAnyExceptInRange('a', 'z')
            ? char.ToLowerInvariant(text[0]) + text[1..]
            : text;
    }
}
