namespace Pawl;

/// <summary>How an attempt ended. Every start ends in exactly one of these.</summary>
public enum Outcome
{
    /// <summary>The handler returned.</summary>
    Succeeded,

    /// <summary>The handler threw or reported an error. Uses one of the retry budget.</summary>
    Failed,

    /// <summary>It ran past its time limit. Uses one of the retry budget.</summary>
    TimedOut,

    /// <summary>It stopped on request.</summary>
    Cancelled,

    /// <summary>Its worker fell silent. Uses no budget; it has a cap of its own.</summary>
    Lost,

    /// <summary>Its host gave it back in good order. Uses no budget.</summary>
    Released,

    /// <summary>It asked to be run later. Uses no budget.</summary>
    Snoozed,
}
