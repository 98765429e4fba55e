namespace Pawl;

/// <summary>One attempt that failed or timed out.</summary>
public sealed record JobFailure
{
    /// <summary>The job.</summary>
    public required JobId JobId { get; init; }

    /// <summary>Its type.</summary>
    public required string Type { get; init; }

    /// <summary>Its queue.</summary>
    public required string Queue { get; init; }

    /// <summary>The attempt: 1 for the first.</summary>
    public required int Attempt { get; init; }

    /// <summary>What went wrong, secrets masked.</summary>
    public required JobError Error { get; init; }

    /// <summary>What was thrown; null when nothing was.</summary>
    public Exception? Exception { get; init; }

    /// <summary>The job's tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>When it runs again; null when this was its last attempt.</summary>
    public DateTimeOffset? NextRunAt { get; init; }
}
