namespace Pawl.Web.Wire;

/// <summary>Ends a request with a problem. What a caller did wrong, never what we did.</summary>
internal sealed class ProblemException : Exception
{
    /// <summary>An error without a cause of its own.</summary>
    public ProblemException()
        : this(new Problem("internal", "Something went wrong."))
    {
    }

    /// <summary>An error without a code of its own.</summary>
    public ProblemException(string message)
        : this(new Problem("internal", message))
    {
    }

    /// <summary>An error without a code of its own, and its cause.</summary>
    public ProblemException(string message, Exception innerException)
        : base(message, innerException) => Problem = new("internal", message);

    /// <summary>Ends the request with this problem.</summary>
    public ProblemException(Problem problem)
        : base(problem.Detail) => Problem = problem;

    /// <summary>A short way to a problem without more than a code, a sentence and members of its own.</summary>
    public ProblemException(string code, string detail, params (string, object?)[] extras)
        : this(new Problem(code, detail) { Extras = extras })
    {
    }

    /// <summary>What to answer.</summary>
    public Problem Problem { get; }
}
