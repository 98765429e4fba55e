namespace Pawl.Storage;

/// <summary>The end of one attempt and what follows for its job.</summary>
public sealed record Settlement
{
    /// <summary>Whose end.</summary>
    public required Lease Lease { get; init; }

    /// <summary>How it ended.</summary>
    public required Outcome Outcome { get; init; }

    /// <summary>The move that follows, one that <see cref="Transitions"/> allows from running.</summary>
    public required JobEvent Event { get; init; }

    /// <summary>When the job is due again, for the moves that lead to scheduled.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>Why it waits, for the moves that lead to scheduled.</summary>
    public WaitReason? WaitReason { get; init; }

    /// <summary>What went wrong.</summary>
    public JobError? Error { get; init; }

    /// <summary>What decided.</summary>
    public string? Rule { get; init; }

    /// <summary>What the handler gave back: UTF-8 JSON, at most 1 MB.</summary>
    public ReadOnlyMemory<byte>? Result { get; init; }

    /// <summary>The lack of a success that is not whole.</summary>
    public string? Degraded { get; init; }

    /// <summary>How long it ran by the host's monotonic clock.</summary>
    public TimeSpan Run { get; init; }

    /// <summary>Whether this attempt made progress: then the count of idle snoozes begins anew.</summary>
    public bool MadeProgress { get; init; }

    /// <summary>What a retry adds to the priority, and the most that retries add; 0 or more.</summary>
    public (int Each, int Most) RetryPoints { get; init; } = (5, 15);

    /// <summary>What it had to say at the end; stored with it, or neither is: an attempt must not end as if its last children or its last
    /// checkpoint were there.</summary>
    public AttemptSave? Last { get; init; }
}

/// <summary>What became of an end.</summary>
/// <param name="What">Whether it was stored.</param>
/// <param name="State">Where the job stands now.</param>
/// <param name="Attempt">Its current attempt.</param>
/// <param name="Last">What became of <see cref="Settlement.Last"/>, when the lease held and there was something to say. Under
/// <see cref="Settled.LastRefused"/> it says why.</param>
public readonly record struct SettleReply(Settled What, JobState? State, int Attempt, SaveReply? Last = null);
