namespace Pawl;

/// <summary>Which jobs to list. All conditions must hold.</summary>
public sealed record JobFilter
{
    /// <summary>Only these states; empty for all.</summary>
    public IReadOnlyList<JobState> States { get; init; } = [];

    /// <summary>Only this queue.</summary>
    public string? Queue { get; init; }

    /// <summary>Only this type.</summary>
    public string? Type { get; init; }

    /// <summary>Only children of this job.</summary>
    public JobId? Parent { get; init; }

    /// <summary>Only those that this asked for.</summary>
    public Trigger? Trigger { get; init; }

    /// <summary>Only those with all these labels; empty for all.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = EmptyWords;

    /// <summary>Only dismissed (true) or undismissed (false) failures.</summary>
    public bool? Dismissed { get; init; }

    /// <summary>Only those that fit this, in the query language; null or empty for all.</summary>
    public string? Query { get; init; }

    /// <summary>Only these queues and types.</summary>
    public Scope Scope { get; init; } = Scope.All;

    /// <summary>What the list is in the order of; default by number.</summary>
    public JobSort Sort { get; init; }

    /// <summary>Lowest first; default highest first.</summary>
    public bool Ascending { get; init; }

    /// <summary>Only those behind this place: <see cref="JobList.Next"/> of the page before.</summary>
    public JobPosition? After { get; init; }

    /// <summary>At most so many; 1 to 1,000; default 50.</summary>
    public int Limit { get; init; } = 50;

    private static readonly Dictionary<string, string> EmptyWords = [];
}
