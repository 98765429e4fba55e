namespace Pawl;

/// <summary>How a type or a queue does: times and counts of the last hour, rates of the last minute.</summary>
public sealed record LineStatistics
{
    /// <summary>The type, or the queue.</summary>
    public required string Name { get; init; }

    /// <summary>Jobs created a second.</summary>
    public double InPerSecond { get; init; }

    /// <summary>Attempts ended a second, whatever the outcome.</summary>
    public double OutPerSecond { get; init; }

    /// <summary>Attempts ended a minute, over the last hour.</summary>
    public double PerMinute { get; init; }

    /// <summary>Attempts that succeeded in the last hour.</summary>
    public long Succeeded { get; init; }

    /// <summary>Attempts that failed or timed out in the last hour.</summary>
    public long Failed { get; init; }

    /// <summary>The mean run of an attempt; null of none.</summary>
    public TimeSpan? RunMean { get; init; }

    /// <summary>What half of the attempts did not run longer than.</summary>
    public TimeSpan? RunP50 { get; init; }

    /// <summary>What 95 of 100 did not run longer than.</summary>
    public TimeSpan? RunP95 { get; init; }

    /// <summary>The mean wait from runnable to start.</summary>
    public TimeSpan? WaitMean { get; init; }

    /// <summary>What half of the attempts did not wait longer than.</summary>
    public TimeSpan? WaitP50 { get; init; }

    /// <summary>What 95 of 100 did not wait longer than.</summary>
    public TimeSpan? WaitP95 { get; init; }
}
