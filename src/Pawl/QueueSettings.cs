namespace Pawl;

/// <summary>What an operator set for a queue; null means the default.</summary>
public sealed record QueueSettings
{
    /// <summary>How many of its jobs run at once in the whole installation. 1 or more; null for no limit.</summary>
    public int? MaxRunning { get; init; }

    /// <summary>How soon a runnable job should start; what its health is measured by. 1 s to 30 days; default 60 s.</summary>
    public TimeSpan? StartTarget { get; init; }

    /// <summary>The share of its starts that may be retries while first attempts wait. 0 to 1; default that of
    /// <see cref="RetryBudgetOptions"/>.</summary>
    public double? RetryShare { get; init; }

    /// <summary>The share of its starts that go to the jobs that have waited longest. 0 to 1; default 0.1.</summary>
    public double? AgeingShare { get; init; }

    /// <summary>How long a job must have waited to be taken out of turn. 0 to 30 days; default 5 minutes.</summary>
    public TimeSpan? AgeingAfter { get; init; }
}
