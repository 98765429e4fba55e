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
    public static string Line(string code, string message, string? hint)
    {
        var text = Escape.Line(message).TrimEnd();
        return hint is null ? $"error[{code}]: {text}" : $"error[{code}]: {text.TrimEnd('.')}; hint: {Escape.Line(hint)}";
    }
}
