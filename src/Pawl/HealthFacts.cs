namespace Pawl;

/// <summary>The numbers a queue's health is reckoned from. What is left out takes nothing from the score.</summary>
internal sealed record HealthFacts
{
    /// <summary>How soon a runnable job should start, where nobody said else.</summary>
    public static readonly TimeSpan UsualStartTarget = TimeSpan.FromSeconds(60);

    /// <summary>The queue.</summary>
    public required string Queue { get; init; }

    /// <summary>Attempts that ended succeeded, failed or timed out in the last hour.</summary>
    public long Ended { get; init; }

    /// <summary>Those of them that failed or timed out.</summary>
    public long Failed { get; init; }

    /// <summary>How long the oldest runnable job has waited; null when nothing is runnable.</summary>
    public TimeSpan? OldestRunnable { get; init; }

    /// <summary>How soon a runnable job should start. Default 60 s.</summary>
    public TimeSpan StartTarget { get; init; } = UsualStartTarget;

    /// <summary>Whether the queue is paused; then waiting is meant.</summary>
    public bool Paused { get; init; }

    /// <summary>Attempts started in the last hour.</summary>
    public long Started { get; init; }

    /// <summary>Attempts lost in the last hour.</summary>
    public long Lost { get; init; }

    /// <summary>Jobs running now without progress for longer than their type's <c>stuck_after</c>.</summary>
    public long Stuck { get; init; }

    /// <summary>Jobs that failed for good in the last 24 h and are not dismissed.</summary>
    public long NewDeadLetters { get; init; }

    /// <summary>How long runnable work has had no live worker; null while it has one, or nothing is runnable.</summary>
    public TimeSpan? WithoutWorker { get; init; }

    /// <summary>The open circuits that hold jobs of this queue.</summary>
    public IReadOnlyList<string> OpenCircuits { get; init; } = [];

    /// <summary>The 95th percentile of the wait for a connection in the last hour; null when the store has no pool.</summary>
    public TimeSpan? ConnectionWait { get; init; }

    /// <summary>The longest a connection is waited for.</summary>
    public TimeSpan ConnectionLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the tables are not there yet.</summary>
    public bool WaitingForSchema { get; init; }

    /// <summary>Whether the last call of the store failed.</summary>
    public bool StoreFailed { get; init; }
}
