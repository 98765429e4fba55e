namespace Pawl;

/// <summary>One execution of a job under one lease. Ended attempts are never changed.</summary>
public sealed record JobAttempt
{
    /// <summary>The job.</summary>
    public required JobId JobId { get; init; }

    /// <summary>From 1, never reset: the epoch that fences writes.</summary>
    public required int Attempt { get; init; }

    /// <summary>The job's life it belongs to, from 1.</summary>
    public required int Generation { get; init; }

    /// <summary>The worker that held the lease.</summary>
    public required long WorkerId { get; init; }

    /// <summary>How it ended; null while it runs.</summary>
    public Outcome? Outcome { get; init; }

    /// <summary>When it was claimed, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How long the job had been runnable before.</summary>
    public required TimeSpan Wait { get; init; }

    /// <summary>How long it ran, by the host's monotonic clock where it is known.</summary>
    public TimeSpan? Run { get; init; }

    /// <summary>What went wrong.</summary>
    public JobError? Error { get; init; }

    /// <summary>When the job is due again because of this end.</summary>
    public DateTimeOffset? NextRunAt { get; init; }

    /// <summary>What decided about the end.</summary>
    public string? Rule { get; init; }

    /// <summary>How many bytes of log it wrote.</summary>
    public long LogBytes { get; init; }

    /// <summary>The recovery that led to it, if one did.</summary>
    public RecoveryMark? Recovery { get; init; }
}
