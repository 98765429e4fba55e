namespace Pawl;

/// <summary>Where a job stands. Anything finer is a recorded reason, not a state.</summary>
/// <remarks>The moves between the states are in <see cref="Transitions"/> and nowhere else.</remarks>
public enum JobState
{
    /// <summary>Waits for a time; the <see cref="WaitReason"/> says why.</summary>
    Scheduled,

    /// <summary>Waits for other jobs or for an approval; the <see cref="BlockReason"/> says which.</summary>
    Blocked,

    /// <summary>May start as soon as a worker has room.</summary>
    Queued,

    /// <summary>One attempt holds its lease.</summary>
    Running,

    /// <summary>Ended well. Never opened again: <em>run again</em> makes a new job.</summary>
    Succeeded,

    /// <summary>Ended badly, with a recorded error. A dead letter until a person retries or dismisses it.</summary>
    Failed,

    /// <summary>Stopped before it ended by itself; the <see cref="EndReason"/> says by whom.</summary>
    Cancelled,
}
