using System.Text.Json.Nodes;

namespace Pawl;

/// <summary>What went wrong in one attempt, and which rule decided what follows. Never overwritten.</summary>
/// <remarks>Values that look like secrets are masked before an error is stored.</remarks>
public sealed record JobError
{
    /// <summary>The kind of error.</summary>
    public required ErrorCategory Category { get; init; }

    /// <summary>A stable word for programs, such as <c>http_502</c> or <c>crash_loop</c>.</summary>
    public required string Code { get; init; }

    /// <summary>A sentence for people; at most 4,096 bytes, cut at that length.</summary>
    public required string Message { get; init; }

    /// <summary>What the server made of it.</summary>
    public required Disposition Disposition { get; init; }

    /// <summary>What decided, such as <c>http.502</c> or <c>exception.TimeoutException</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>Equal failures have equal fingerprints: the first 8 hexadecimal digits of a hash of type, category, code, place.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The type's <see cref="JobType.Configuration"/> at that time, kept with failures on input or configuration.</summary>
    public string? Configuration { get; init; }

    /// <summary>Facts for programs; at most 64 KB of JSON.</summary>
    public JsonNode? Detail { get; init; }

    /// <summary>How long the other side asked to wait, if it did.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The HTTP status of the outside call, if there was one.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>The exit code of the command, if there was one.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The name of the exception's type, if there was one.</summary>
    public string? Exception { get; init; }

    /// <summary>The stack; at most 64 KB, cut at that length.</summary>
    public string? Stack { get; init; }
}
