namespace Pawl;

/// <summary>What a <see cref="EventRecord"/> tells of.</summary>
/// <remarks>New kinds are added at the end: their numbers are stored.</remarks>
public enum EventKind
{
    /// <summary>A job was created.</summary>
    Created,

    /// <summary>A scheduled job came due.</summary>
    Due,

    /// <summary>A blocked job may go on.</summary>
    Unblocked,

    /// <summary>An attempt started.</summary>
    Started,

    /// <summary>Progress was told.</summary>
    Progress,

    /// <summary>A checkpoint was saved.</summary>
    Checkpoint,

    /// <summary>Item results were recorded.</summary>
    Items,

    /// <summary>An attempt failed and another is due later.</summary>
    RetryScheduled,

    /// <summary>An attempt asked to be run later.</summary>
    Snoozed,

    /// <summary>A host gave the job back in good order.</summary>
    Released,

    /// <summary>A worker fell silent.</summary>
    Lost,

    /// <summary>An attempt ran past its limit; the reason says what follows.</summary>
    TimedOut,

    /// <summary>A stop was asked for.</summary>
    CancelRequested,

    /// <summary>The job succeeded.</summary>
    Succeeded,

    /// <summary>The job failed.</summary>
    Failed,

    /// <summary>The job was cancelled.</summary>
    Cancelled,

    /// <summary>A person opened a new generation.</summary>
    Retried,

    /// <summary>A recovery opened a new generation.</summary>
    Recovered,

    /// <summary>A field was edited.</summary>
    Edited,

    /// <summary>A failure left the dead list.</summary>
    Dismissed,

    /// <summary>A failure went back to the dead list.</summary>
    Undismissed,

    /// <summary>A write of an attempt that lost its lease was refused.</summary>
    StaleWrite,

    /// <summary>A worker's wall clock differs much from the server's.</summary>
    ClockSkew,

    /// <summary>A line for people.</summary>
    Notice,

    /// <summary>A recovery sweep ended.</summary>
    Recovery,

    /// <summary>Health was checked.</summary>
    Health,

    /// <summary>Health fell below its alert level, or, with a job, a running attempt has stood still for too long.</summary>
    Alert,

    /// <summary>A queue or type was paused.</summary>
    Paused,

    /// <summary>A queue or type was resumed.</summary>
    Resumed,

    /// <summary>A retry waits because its queue's retry budget is spent.</summary>
    RetryDeferred,

    /// <summary>A job was removed, or without a job a whole range of them: their own events went with them.</summary>
    Removed,
}
