namespace Pawl;

/// <summary>How far a job has come, for people. Within a generation <see cref="Done"/> never falls.</summary>
public sealed record JobProgress
{
    /// <summary>How many there are, if known; 0 or more.</summary>
    public long? Total { get; init; }

    /// <summary>How many are done well; 0 or more.</summary>
    public long Done { get; init; }

    /// <summary>How many failed; 0 or more.</summary>
    public long Failed { get; init; }

    /// <summary>How many were passed over because they were done before; 0 or more.</summary>
    public long Skipped { get; init; }

    /// <summary>The share that is behind us, 0 to 1, when <see cref="Total"/> is known.</summary>
    public double? Fraction => Total is > 0 ? Math.Min(1, (double)(Done + Failed + Skipped) / Total.Value) : null;

    /// <summary>What it does now; at most 500 characters.</summary>
    public string? Message { get; init; }

    /// <summary>When it was last told, UTC.</summary>
    public DateTimeOffset UpdatedAt { get; init; }
}
