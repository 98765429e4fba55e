namespace Pawl;

/// <summary>What follows from an error.</summary>
public enum Disposition
{
    /// <summary>Another attempt after a delay, while the budget lasts.</summary>
    Retry,

    /// <summary>Later, without using the budget.</summary>
    Snooze,

    /// <summary>No other attempt.</summary>
    Fail,

    /// <summary>The job is cancelled.</summary>
    Cancel,

    /// <summary>The job goes back to its queue at once; nothing is counted.</summary>
    Release,

    /// <summary>The job goes back to its queue; the loss is counted against its own cap.</summary>
    Requeue,
}
