namespace Pawl;

/// <summary>Why a job is not running, or that it is.</summary>
public enum WhyCode
{
    /// <summary>Its queue is paused.</summary>
    QueuePaused,

    /// <summary>Its type is paused.</summary>
    TypePaused,

    /// <summary>Workers know its type, but none of them is there now.</summary>
    NoLiveWorker,

    /// <summary>No worker knows its type.</summary>
    UnknownType,

    /// <summary>Others of its concurrency key run.</summary>
    ConcurrencyKey,

    /// <summary>Its outside account has no tokens.</summary>
    RateBucket,

    /// <summary>The breaker it stands behind is open.</summary>
    Circuit,

    /// <summary>All slots that could run it are in use, or its queue runs as many as it may.</summary>
    SlotsBusy,

    /// <summary>Others come before it.</summary>
    Behind,

    /// <summary>It was given a time that has not come.</summary>
    DueLater,

    /// <summary>It waits for its next attempt.</summary>
    RetryWait,

    /// <summary>It waits for other jobs.</summary>
    Dependency,

    /// <summary>It waits for somebody's yes.</summary>
    Approval,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It has ended.</summary>
    Ended,
}
