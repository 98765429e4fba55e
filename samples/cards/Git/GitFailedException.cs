namespace Cards.Git;

/// <summary>A git command that could not be started or did not end with 0. The message is meant for the person at the terminal.</summary>
internal sealed class GitFailedException(string message, int? exitCode = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Null when git could not be started at all.</summary>
    public int? ExitCode { get; } = exitCode;
}
