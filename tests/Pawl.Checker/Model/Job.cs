namespace Pawl.Checker.Model;

/// <summary>The final row of a job.</summary>
internal sealed record Job
{
    public required long Id { get; init; }

    public string Queue { get; init; } = "default";

    public string Type { get; init; } = "any";

    public long Line { get; init; }

    public required string State { get; init; }

    /// <summary>The end reason of a cancelled job.</summary>
    public string? Reason { get; init; }

    public string? ErrorCode { get; init; }

    public int Generation { get; init; } = 1;

    /// <summary>How many attempts were claimed.</summary>
    public int Attempt { get; init; } = 1;

    public int MaxAttempts { get; init; } = 3;

    public bool Held { get; init; }

    public bool Dismissed { get; init; }

    public string? UniqueKey { get; init; }

    public long? Parent { get; init; }

    /// <summary>The schedule that made it, and for which occurrence.</summary>
    public string? Schedule { get; init; }

    public string? Occurrence { get; init; }

    public string? Trigger { get; init; }

    /// <summary>The label its creator put on it.</summary>
    public string? Tag { get; init; }

    public bool Ended => State is "succeeded" or "failed" or "cancelled";
}
