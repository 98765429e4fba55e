namespace Pawl;

/// <summary>An answer of Pawl that is not what was asked for: a stable code and a sentence that says what to do.</summary>
/// <remarks>What a race can bring about is a value, not this exception; see the results of <c>IJobs</c>.</remarks>
public sealed class PawlException : Exception
{
    /// <summary>An error without a code of its own.</summary>
    public PawlException()
        : this("internal", "Something went wrong in Pawl.")
    {
    }

    /// <summary>An error without a code of its own.</summary>
    public PawlException(string message)
        : this("internal", message)
    {
    }

    /// <summary>An error without a code of its own, and its cause.</summary>
    public PawlException(string message, Exception innerException)
        : this("internal", message, innerException)
    {
    }

    /// <summary>An error with a stable code.</summary>
    /// <param name="code">A stable word, such as <c>schema_newer</c>.</param>
    /// <param name="message">What was wrong, which value it had, what is allowed, what to do.</param>
    /// <param name="innerException">What caused it.</param>
    /// <param name="exitCode">What a program that cannot go on should end with; null when it may go on.</param>
    /// <param name="job">The job that stands in the way, where one does.</param>
    public PawlException(string code, string message, Exception? innerException = null, int? exitCode = null, JobId? job = null)
        : base(message, innerException)
    {
        Code = code;
        ExitCode = exitCode;
        Job = job;
    }

    /// <summary>A stable word for programs.</summary>
    public string Code { get; }

    /// <summary>What a program that cannot go on should end with: 7 for not reachable, 8 for refused, 70 for a failed store.</summary>
    public int? ExitCode { get; }

    /// <summary>The job that stands in the way, where one does.</summary>
    public JobId? Job { get; }
}
