namespace Pawl.Chaos.Tests.History;

/// <summary>What the database holds at the end.</summary>
internal sealed record Stored
{
    public required IReadOnlyList<StoredJob> Jobs { get; init; }

    public required IReadOnlyList<StoredAttempt> Attempts { get; init; }

    public required IReadOnlyList<StoredEvent> Events { get; init; }

    /// <summary>The rows that hold the events: the first and the last number of each, and how many it really holds.</summary>
    public required IReadOnlyList<(long First, long Last, int Count)> EventRows { get; init; }

    public IReadOnlyList<StoredAudit> Audits { get; init; } = [];

    /// <summary>The version of the checkpoint of each job that has one.</summary>
    public required IReadOnlyDictionary<long, int> Checkpoints { get; init; }

    /// <summary>The counts the store keeps for each line, by the name of the count; those of zero left out.</summary>
    public required IReadOnlyDictionary<(long Line, string Name), long> Kept { get; init; }

    /// <summary>What the store's figures by the minute add up to, by the name of the column.</summary>
    public required IReadOnlyDictionary<string, long> Minutes { get; init; }

    /// <summary>What <c>pragma integrity_check</c> answers.</summary>
    public required string Integrity { get; init; }
}

internal sealed record StoredJob
{
    public required long Id { get; init; }

    public required long Line { get; init; }

    public required string Queue { get; init; }

    public required string Type { get; init; }

    public required string State { get; init; }

    public bool Held { get; init; }

    public bool Dismissed { get; init; }

    public required int Generation { get; init; }

    /// <summary>How many attempts were claimed.</summary>
    public required int Attempt { get; init; }

    public required int MaxAttempts { get; init; }

    /// <summary>How many attempts of this generation the store says have failed, and how many were lost.</summary>
    public int Failures { get; init; }

    public int Losses { get; init; }

    public string? UniqueKey { get; init; }

    public long? Parent { get; init; }

    /// <summary>The label its creator put on it.</summary>
    public string? Tag { get; init; }

    /// <summary>Why it is as it is, as far as its state asks for a reason.</summary>
    public string? Reason { get; init; }

    public string? Trigger { get; init; }

    /// <summary>The code of its error, if it ended with one.</summary>
    public string? ErrorCode { get; init; }

    public bool Ended => State is "succeeded" or "failed" or "cancelled";
}

internal sealed record StoredAttempt
{
    public required long Job { get; init; }

    public required int Attempt { get; init; }

    public required int Generation { get; init; }

    /// <summary>The process that held the lease; 0 when the worker is not known.</summary>
    public required int Pid { get; init; }

    public required string Outcome { get; init; }

    public string? Rule { get; init; }

    /// <summary>Microseconds since 1970.</summary>
    public required long StartedAt { get; init; }

    public long? NextRunAt { get; init; }

    public required long EndedAt { get; init; }

    /// <summary>Whether its lease was taken from a worker that fell silent. Not counted as a loss when it had been taken ahead and had not
    /// said yet that it began, which it may have.</summary>
    public bool IsTaken => Outcome == "lost" || Rule == "lease.never_begun";
}

internal sealed record StoredEvent(
    long Seq, string Kind, long Job, int Generation, int Attempt, string? From, string? To, string? Reason, long? Worker, long At);

internal sealed record StoredAudit(long At, string? Actor, string Action, long Job, string? Before, string? After, string? Refusal);
