namespace Pawl;

/// <summary>How many workers there should be, and why.</summary>
public sealed record ScalingAdvice
{
    /// <summary>How many there should be.</summary>
    public int Desired { get; init; }

    /// <summary>How many there are.</summary>
    public int Current { get; init; }

    /// <summary>Jobs that run.</summary>
    public long Running { get; init; }

    /// <summary>Jobs that a free slot could start now.</summary>
    public long Runnable { get; init; }

    /// <summary>Jobs that wait for something else than a slot: a key, a rate, a pause.</summary>
    public long NotRunnable { get; init; }

    /// <summary>Jobs that arrive a second, a moving average.</summary>
    public double ArrivalPerSecond { get; init; }

    /// <summary>The mean run of an attempt, a moving average.</summary>
    public TimeSpan Service { get; init; }

    /// <summary>In which time what waits should be done.</summary>
    public TimeSpan DrainTarget { get; init; }

    /// <summary>Never fewer.</summary>
    public int Min { get; init; }

    /// <summary>Never more.</summary>
    public int Max { get; init; }

    /// <summary>What decides, for people.</summary>
    public required string Reason { get; init; }
}
