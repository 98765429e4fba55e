namespace Pawl;

/// <summary>One thing that somebody did, or was not allowed to do. Never changed: each entry's hash rests on that of the one
/// before.</summary>
public sealed record AuditEntry
{
    /// <summary>Its number; they rise.</summary>
    public required long Seq { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who; null where nobody said.</summary>
    public string? Actor { get; init; }

    /// <summary>What: <c>job.cancel</c>, <c>queue.pause</c>, <c>key.add</c>.</summary>
    public required string Action { get; init; }

    /// <summary>On what: a job's number, a queue's name.</summary>
    public string? Target { get; init; }

    /// <summary>How it was: JSON.</summary>
    public string? Before { get; init; }

    /// <summary>How it is now: JSON.</summary>
    public string? After { get; init; }

    /// <summary>Why it was refused, a stable code such as <c>forbidden</c>; null for what was done.</summary>
    public string? Refusal { get; init; }

    /// <summary>What was said to it: a reason, a note.</summary>
    public string? Detail { get; init; }

    /// <summary>SHA-256 of this entry and the hash of the one before it, in hexadecimal digits.</summary>
    public required string Hash { get; init; }
}
