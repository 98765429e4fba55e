namespace Pawl;

/// <summary>A numbered fact about a job, recorded in the same transaction as the change it tells of.</summary>
public sealed record EventRecord
{
    /// <summary>Rises by one over the whole installation, without gaps.</summary>
    public required long Seq { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What happened.</summary>
    public required EventKind Kind { get; init; }

    /// <summary>To which job; null for facts about the installation.</summary>
    public JobId? JobId { get; init; }

    /// <summary>In which of its lives.</summary>
    public int Generation { get; init; }

    /// <summary>In which attempt; 0 before the first.</summary>
    public int Attempt { get; init; }

    /// <summary>The state before, if it changed.</summary>
    public JobState? From { get; init; }

    /// <summary>The state after, if it changed.</summary>
    public JobState? To { get; init; }

    /// <summary>Who did it: <c>engine</c>, <c>worker:17</c>, or the person or program that asked.</summary>
    public string? Actor { get; init; }

    /// <summary>Why: a rule, a reason or a code.</summary>
    public string? Reason { get; init; }

    /// <summary>A line for people, where a notice is meant for them.</summary>
    public string? Title { get; init; }

    /// <summary>More facts as JSON, where there are any.</summary>
    public string? Data { get; init; }
}
