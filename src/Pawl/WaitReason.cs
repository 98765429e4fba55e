namespace Pawl;

/// <summary>Why a <see cref="JobState.Scheduled"/> job waits for a time.</summary>
public enum WaitReason
{
    /// <summary>It was created with a time ahead, or an operator gave it one.</summary>
    Delay,

    /// <summary>Its last attempt failed and the next is due later.</summary>
    Retry,

    /// <summary>Its last attempt asked to be run later.</summary>
    Snooze,

    /// <summary>An outside account allows no call until then.</summary>
    RateLimit,

    /// <summary>The circuit of a dependency is open until then.</summary>
    Circuit,

    /// <summary>It did its share of items and goes on later.</summary>
    Continuation,
}
