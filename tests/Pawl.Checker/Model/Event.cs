namespace Pawl.Checker.Model;

/// <summary>One exported event.</summary>
internal sealed record Event
{
    public required long Seq { get; init; }

    /// <summary>0 for an event that is about no job.</summary>
    public long Job { get; init; }

    public int Generation { get; init; } = 1;

    public int Attempt { get; init; }

    public required string Kind { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }

    public string? Reason { get; init; }

    public string? Worker { get; init; }

    /// <summary>The database's time in microseconds since 1970.</summary>
    public long DbTime { get; init; }

    public string Shows => $"event {Seq}: {Kind} of job {Job}, generation {Generation}, attempt {Attempt}, {From ?? "-"} to {To ?? "-"}";
}
