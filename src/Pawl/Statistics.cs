namespace Pawl;

/// <summary>How things stand.</summary>
public sealed record Statistics
{
    /// <summary>When this was looked at, UTC.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Jobs created a second, over the last minute.</summary>
    public double CreatedPerSecond { get; init; }

    /// <summary>Attempts that succeeded a second, over the last minute.</summary>
    public double SucceededPerSecond { get; init; }

    /// <summary>Attempts that failed or timed out a second, over the last minute.</summary>
    public double FailedPerSecond { get; init; }

    /// <summary>The share of the attempts ended in the last hour that failed or timed out; 0 of none.</summary>
    public double ErrorRate { get; init; }

    /// <summary>How many jobs stand in each state.</summary>
    public required IReadOnlyDictionary<JobState, long> Counts { get; init; }

    /// <summary>How many failures nobody has dismissed.</summary>
    public long Dead { get; init; }

    /// <summary>How long the longest waiting runnable job has waited; null when none waits.</summary>
    public TimeSpan? OldestRunnable { get; init; }

    /// <summary>How many runnable jobs wait at each priority, the highest first.</summary>
    public required IReadOnlyList<PriorityDepth> DepthByPriority { get; init; }

    /// <summary>The types, by name.</summary>
    public required IReadOnlyList<LineStatistics> ByType { get; init; }

    /// <summary>The queues, by name.</summary>
    public required IReadOnlyList<LineStatistics> ByQueue { get; init; }

    /// <summary>Workers that take work.</summary>
    public int WorkersReady { get; init; }

    /// <summary>Their slots.</summary>
    public int Slots { get; init; }

    /// <summary>Those of them that are taken by jobs.</summary>
    public int SlotsUsed { get; init; }
}
