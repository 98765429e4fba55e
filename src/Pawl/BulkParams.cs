namespace Pawl;

/// <summary>What an action needs to know. Each action has its own; one that is given to another action is refused.</summary>
public sealed record BulkParams
{
    /// <summary>Of retry: whether a permanent error is retried all the same.</summary>
    public bool? Force { get; init; }

    /// <summary>Of retry: whether to throw checkpoint and progress away.</summary>
    public bool? FromStart { get; init; }

    /// <summary>Of reprioritise, where it is needed: -1,000 to 1,000.</summary>
    public int? Priority { get; init; }

    /// <summary>Of reschedule, where it is needed: when; past means now.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>Of move, where it is needed: the queue.</summary>
    public string? Queue { get; init; }

    /// <summary>Of cancel: why, for people; at most 500 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>Of cancel: how long a running attempt may clean up.</summary>
    public TimeSpan? Grace { get; init; }

    /// <summary>Of cancel: whether open children are cancelled too; default yes.</summary>
    public bool? CancelChildren { get; init; }

    /// <summary>Of dismiss: why, for people; at most 500 characters.</summary>
    public string? Note { get; init; }
}
