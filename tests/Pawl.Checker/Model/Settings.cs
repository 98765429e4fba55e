namespace Pawl.Checker.Model;

/// <summary>What the run was set to, and the limits it has to keep. What is null is not looked at.</summary>
internal sealed record Settings
{
    /// <summary>After how long a silent worker's lease ends.</summary>
    public long TtlMs { get; init; } = 5_000;

    /// <summary>Within how long after its last heartbeat the work of a dead worker is offered again.</summary>
    public long? RecoveryMs { get; init; }

    /// <summary>At how many losses a job ends.</summary>
    public int LossCap { get; init; } = 3;

    /// <summary>Whether several processes lived at the same time, on a store they share.</summary>
    public bool Together { get; init; }

    public long? RetryBaseMs { get; init; }

    public long RetryMaxMs { get; init; } = 3_600_000;

    /// <summary>The share of a queue's starts that retries may have while first attempts wait, and within how long.</summary>
    public double? RetryShare { get; init; }

    public long RetryWindowMs { get; init; } = 10_000;

    /// <summary>The most that 99 of 100 manual jobs may wait.</summary>
    public long? ManualStartMs { get; init; }

    /// <summary>After what time of waiting a job has its turn within ten claims of its queue.</summary>
    public long? AgeingAfterMs { get; init; }

    /// <summary>The most connections to the database.</summary>
    public int? Pool { get; init; }

    /// <summary>The most that the memory of a process may grow.</summary>
    public long? MemoryGrowthMb { get; init; }

    /// <summary>Within how long a call is refused that cannot be stored.</summary>
    public long RefusalMs { get; init; } = 5_000;
}
