namespace Pawl.Storage;

/// <summary>What a job that waits may be waiting for.</summary>
public sealed record WhyFacts
{
    /// <summary>The job.</summary>
    public required Job Job { get; init; }

    /// <summary>The pause of its queue; null when it is not paused.</summary>
    public PauseFacts? QueuePause { get; init; }

    /// <summary>The pause of its type; null when it is not paused.</summary>
    public PauseFacts? TypePause { get; init; }

    /// <summary>How many jobs of its queue may run at once; null for no limit.</summary>
    public int? QueueMaxRunning { get; init; }

    /// <summary>How many jobs of its queue run.</summary>
    public long QueueRunning { get; init; }

    /// <summary>How many jobs of its concurrency key may run at once.</summary>
    public int KeyMaxRunning { get; init; } = 1;

    /// <summary>The jobs of its concurrency key that run, at most 100.</summary>
    public IReadOnlyList<JobId> KeyRunning { get; init; } = [];

    /// <summary>How many jobs of its queue come before it, at most 10,000.</summary>
    public long Ahead { get; init; }

    /// <summary>How far <see cref="Ahead"/> is counted.</summary>
    public const int MostAhead = 10_000;
}

/// <summary>A pause.</summary>
/// <param name="At">Since when.</param>
/// <param name="By">Who paused.</param>
/// <param name="Reason">Why.</param>
/// <param name="Until">When it ends by itself; null for never.</param>
public sealed record PauseFacts(DateTimeOffset At, string? By, string? Reason, DateTimeOffset? Until = null);
