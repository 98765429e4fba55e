using System.Text.Json.Nodes;

namespace Pawl;

/// <summary>Thrown by a handler that knows what kind of error it met. Its category goes before every other rule.</summary>
/// <remarks>The handler only classifies; the engine decides what follows (budget, delay, end).</remarks>
public sealed class JobException : Exception
{
    /// <summary>An error of category <see cref="ErrorCategory.Internal"/>.</summary>
    public JobException()
        : this(ErrorCategory.Internal)
    {
    }

    /// <summary>An error of category <see cref="ErrorCategory.Internal"/> with a message.</summary>
    public JobException(string message)
        : this(ErrorCategory.Internal, message)
    {
    }

    /// <summary>An error of category <see cref="ErrorCategory.Internal"/> with a message and its cause.</summary>
    public JobException(string message, Exception innerException)
        : this(ErrorCategory.Internal, message, innerException: innerException)
    {
    }

    /// <summary>An error of a stated category.</summary>
    /// <param name="category">What kind of error.</param>
    /// <param name="message">A sentence for people; by default the category's name.</param>
    /// <param name="code">A stable word for programs; by default the category's word.</param>
    /// <param name="retryAfter">How long the other side asked to wait. A floor: the policy may wait longer.</param>
    /// <param name="detail">Facts for programs; at most 64 KB of JSON.</param>
    /// <param name="innerException">What caused it.</param>
    public JobException(
        ErrorCategory category,
        string? message = null,
        string? code = null,
        TimeSpan? retryAfter = null,
        JsonNode? detail = null,
        Exception? innerException = null)
        : base(message ?? $"The handler reported {Words.Of(category)}.", innerException)
    {
        Category = category;
        Code = code;
        RetryAfter = retryAfter;
        Detail = detail;
    }

    /// <summary>What kind of error.</summary>
    public ErrorCategory Category { get; }

    /// <summary>A stable word for programs, or null for the category's word.</summary>
    public string? Code { get; }

    /// <summary>How long the other side asked to wait.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Facts for programs.</summary>
    public JsonNode? Detail { get; }
}
