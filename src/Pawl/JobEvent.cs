namespace Pawl;

/// <summary>What can happen to a job. <see cref="Transitions"/> says which state each leads to.</summary>
public enum JobEvent
{
    /// <summary>Created and due at once.</summary>
    CreatedQueued,

    /// <summary>Created with a time ahead.</summary>
    CreatedScheduled,

    /// <summary>Created with an open dependency or a wanted approval.</summary>
    CreatedBlocked,

    /// <summary>Its time came.</summary>
    Due,

    /// <summary>An operator gave it a time ahead.</summary>
    Postponed,

    /// <summary>An operator made it due at once.</summary>
    Hastened,

    /// <summary>Its last dependency was met, or it was approved, and it is due.</summary>
    Unblocked,

    /// <summary>Its last dependency was met, or it was approved, but its time is ahead.</summary>
    UnblockedLater,

    /// <summary>A dependency failed and the edge says cancel.</summary>
    DependencyCancelled,

    /// <summary>A dependency failed and the edge says fail.</summary>
    DependencyFailed,

    /// <summary>A worker took it.</summary>
    Claimed,

    /// <summary>The handler returned.</summary>
    Completed,

    /// <summary>The attempt failed or timed out and another is due later.</summary>
    RetryLater,

    /// <summary>The attempt failed or timed out and there will be no other.</summary>
    FailedForGood,

    /// <summary>The attempt asked to be run later, without using the retry budget.</summary>
    Snoozed,

    /// <summary>The host stopped in good order and gave the job back.</summary>
    Released,

    /// <summary>The worker fell silent.</summary>
    Lost,

    /// <summary>The worker fell silent once too often on this job.</summary>
    CrashLooped,

    /// <summary>A person or the parent cancelled it before it ran.</summary>
    Cancelled,

    /// <summary>A person or the parent asked a running job to stop.</summary>
    CancelRequested,

    /// <summary>A running job stopped after a cancel was asked for.</summary>
    Stopped,

    /// <summary>Its <c>start_by</c> passed before it was first claimed.</summary>
    Expired,

    /// <summary>A person asked for a new generation.</summary>
    Retried,

    /// <summary>A recovery rule asked for a new generation.</summary>
    Recovered,

    /// <summary>An operator took the failure off the dead list.</summary>
    Dismissed,

    /// <summary>An operator put the failure back on the dead list.</summary>
    Undismissed,

    /// <summary>Retention or an administrator removed it.</summary>
    Purged,

    /// <summary>It is a retry and due, and its queue's retry budget is spent.</summary>
    Deferred,
}
