namespace Pawl;

/// <summary>What is done to each job of a bulk operation.</summary>
public enum BulkAction
{
    /// <summary>Stop it.</summary>
    Cancel,

    /// <summary>Offer it again.</summary>
    Retry,

    /// <summary>Take its failure off the dead list.</summary>
    Dismiss,

    /// <summary>Put its failure back.</summary>
    Undismiss,

    /// <summary>Remove it and all it holds.</summary>
    Delete,

    /// <summary>Give it another priority.</summary>
    Reprioritise,

    /// <summary>Give it another time.</summary>
    Reschedule,

    /// <summary>Put it into another queue.</summary>
    Move,
}
