namespace Pawl.Checker.Model;

/// <summary>The final row of an attempt.</summary>
internal sealed record Attempt
{
    public required long Job { get; init; }

    public required int Number { get; init; }

    public int Generation { get; init; } = 1;

    /// <summary>The process that held the lease; 0 when it is not known.</summary>
    public int Pid { get; init; }

    public required string Outcome { get; init; }

    public string? Rule { get; init; }

    /// <summary>Microseconds since 1970.</summary>
    public long StartedAt { get; init; }

    public long EndedAt { get; init; }

    /// <summary>When the next attempt is due, if there is to be one.</summary>
    public long? NextRunAt { get; init; }

    /// <summary>When its worker's last heartbeat was accepted, if that is known; else the end of its process stands for it.</summary>
    public long? BeatAt { get; init; }

    /// <summary>Whether its lease was taken from a worker that fell silent. Not counted as a loss when it had been taken ahead and had not
    /// said yet that it began, which it may have.</summary>
    public bool IsTaken => Outcome == "lost" || Rule == "lease.never_begun";

    public string Shows => $"attempt {Number} of job {Job} {Outcome} at {EndedAt}";
}
