namespace Pawl.Storage;

/// <summary>Which jobs to list. All conditions must hold.</summary>
public sealed record JobQuery
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

    /// <summary>Only these queues and types.</summary>
    public JobScope Scope { get; init; } = JobScope.All;

    /// <summary>What the list is in the order of; default by number.</summary>
    public JobSort Sort { get; init; }

    /// <summary>Lowest first; default highest first.</summary>
    public bool Ascending { get; init; }

    /// <summary>Only those behind this place, in the order of the list.</summary>
    public JobPosition? After { get; init; }

    /// <summary>At most so many; 1 to 1,000.</summary>
    public int Limit { get; init; } = 50;

    private static readonly Dictionary<string, string> EmptyWords = [];
}

/// <summary>One page of jobs.</summary>
/// <param name="Jobs">The jobs.</param>
/// <param name="Next">Where the next page begins (<see cref="JobQuery.After"/>); null at the end.</param>
/// <param name="Partial">Whether the store, to stay quick, stopped before the page was full; go on at <paramref name="Next"/>.</param>
public sealed record JobPage(IReadOnlyList<Job> Jobs, JobPosition? Next, bool Partial = false);
