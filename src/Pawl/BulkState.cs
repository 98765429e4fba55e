namespace Pawl;

/// <summary>Where a bulk operation stands.</summary>
public enum BulkState
{
    /// <summary>It is carried out, or waits for a leader to do so.</summary>
    Running,

    /// <summary>All its jobs were done.</summary>
    Completed,

    /// <summary>Somebody stopped it; what was done stays done.</summary>
    Cancelled,

    /// <summary>It ended by itself, because it met more jobs than it was allowed.</summary>
    Failed,
}
