namespace Pawl.Storage;

/// <summary>A worker was silent for the whole lease, or single attempts of it stand still.</summary>
public sealed record LoseRequest
{
    /// <summary>The leader's term; another one's request changes nothing.</summary>
    public required long Term { get; init; }

    /// <summary>The silent worker.</summary>
    public required long WorkerId { get; init; }

    /// <summary>The beat it was last seen at; a newer one saves it.</summary>
    public required long SeenBeat { get; init; }

    /// <summary>The engine's time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>At how many losses a generation ends as <c>crash_loop</c>; 1 to 100.</summary>
    public int LossCap { get; init; } = 3;

    /// <summary>How many attempts to end in this call.</summary>
    public int Count { get; init; } = 1000;

    /// <summary>Only these attempts, although their worker may live: a recovery ends what stands still. Null, the usual case, for all
    /// attempts of the silent worker.</summary>
    /// <remarks>Then neither the worker nor its beat is looked at: each attempt is ended that still runs under this very number. Its worker
    /// learns of it with its next heartbeat, and what it still writes is refused.</remarks>
    public IReadOnlyList<(JobId Job, int Attempt)>? Attempts { get; init; }

    /// <summary>With <see cref="Attempts"/>: the recovery that asks; kept for the attempt that follows, and counted for its job.</summary>
    public RecoveryMark? Recovery { get; init; }
}

/// <summary>What became of a silent worker.</summary>
/// <param name="Accepted">False when the term is not the leader's, or the worker beat again; then nothing was changed.</param>
/// <param name="Lost">The attempts that ended, with where their jobs stand now.</param>
/// <param name="More">Whether there are more to end.</param>
public sealed record LoseReply(bool Accepted, IReadOnlyList<LostJob> Lost, bool More);

/// <summary>One attempt that ended as lost.</summary>
/// <param name="Job">The job.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="State">Where the job stands now: queued, failed or cancelled.</param>
public readonly record struct LostJob(JobId Job, int Attempt, JobState State);
