namespace Pawl.Storage;

/// <summary>What one line did in one step of time.</summary>
public sealed record Rollup
{
    /// <summary>When the step begins, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The queue.</summary>
    public required string Queue { get; init; }

    /// <summary>The type.</summary>
    public required string Type { get; init; }

    /// <summary>Jobs created.</summary>
    public long Created { get; init; }

    /// <summary>Attempts started.</summary>
    public long Started { get; init; }

    /// <summary>Attempts ended, by outcome.</summary>
    public required IReadOnlyDictionary<Outcome, long> Ended { get; init; }

    /// <summary>Jobs that failed for good.</summary>
    public long Died { get; init; }

    /// <summary>The sum of the waits of the attempts that started.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>The sum of the runs of the attempts that ended.</summary>
    public TimeSpan Run { get; init; }

    /// <summary>How long the attempts waited that started; empty where they were not asked for.</summary>
    public Histogram Waits { get; init; } = Histogram.Empty;

    /// <summary>How long the attempts ran that ended; empty where they were not asked for.</summary>
    public Histogram Runs { get; init; } = Histogram.Empty;
}
