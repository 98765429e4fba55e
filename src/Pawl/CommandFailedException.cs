namespace Pawl;

/// <summary>A command ended with an exit code that is no success; thrown by a handler that runs commands.</summary>
/// <remarks>
/// The exit code decides the category: 64 and 65 are <see cref="ErrorCategory.InvalidInput"/>, 75 is worth a retry, 137 without our
/// doing is <see cref="ErrorCategory.ResourceExhausted"/>, unknown codes are <see cref="ErrorCategory.Internal"/>.
/// A type may remap any code.
/// Death by signal n is 128 + n, as <c>Process.ExitCode</c> gives it.
/// </remarks>
public sealed class CommandFailedException : Exception
{
    /// <summary>A command that ended with exit code 1.</summary>
    public CommandFailedException()
        : this(1, "The command ended with exit code 1.")
    {
    }

    /// <summary>A command that ended with exit code 1.</summary>
    public CommandFailedException(string message)
        : this(1, message)
    {
    }

    /// <summary>A command that ended with exit code 1, with the cause.</summary>
    public CommandFailedException(string message, Exception innerException)
        : base(message, innerException) => ExitCode = 1;

    /// <summary>A command that ended with a stated exit code.</summary>
    /// <param name="exitCode">As the system gave it.</param>
    /// <param name="message">A sentence for people that names the command.</param>
    /// <param name="standardError">What it wrote to standard error; the last 16,384 characters are kept with the error.</param>
    /// <param name="lastOutputLine">
    /// The last line of its standard output. If it is a JSON object with the single member <c>error</c>, that wins over the exit code:
    /// <c>{"error":{"category":"rate_limited","retry_after_ms":60000}}</c>.
    /// </param>
    public CommandFailedException(int exitCode, string message, string? standardError = null, string? lastOutputLine = null)
        : base(message)
    {
        ExitCode = exitCode;
        StandardError = standardError;
        LastOutputLine = lastOutputLine;
    }

    /// <summary>As the system gave it.</summary>
    public int ExitCode { get; }

    /// <summary>What the command wrote to standard error, if it was read.</summary>
    public string? StandardError { get; }

    /// <summary>The last line of its standard output, if it was read.</summary>
    public string? LastOutputLine { get; }
}
