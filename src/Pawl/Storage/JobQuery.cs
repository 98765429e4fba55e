using Pawl.Queries;

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

    /// <summary>Only those that fit this question.</summary>
    public Query Where { get; init; } = Query.Everything;

    /// <summary>The engine's time, from which the ages in <see cref="Where"/> are counted.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>What <see cref="Where"/> needs to know that no job tells.</summary>
    public QueryFacts Facts { get; init; } = QueryFacts.Default;

    /// <summary>Only these queues and types.</summary>
    public Scope Scope { get; init; } = Scope.All;

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
/// <param name="Partial">Whether the store, to stay quick, stopped before the page was full; go on at <paramref name="Next"/>. Without
/// a next page it is a list of the newest jobs only.</param>
/// <param name="Total">How many fit, from kept counts; null when anything but states, queues and types is asked for.</param>
public sealed record JobPage(IReadOnlyList<Job> Jobs, JobPosition? Next, bool Partial = false, long? Total = null);

/// <summary>How many jobs of a query there are, as far as was looked.</summary>
/// <param name="States">How many stand in each state, in the order of <see cref="JobState"/>.</param>
/// <param name="Cancelling">How many of the running ones were asked to stop.</param>
/// <param name="Dead">How many of the failed ones nobody has dismissed.</param>
/// <param name="Partial">Whether the store, to stay quick, stopped before it had seen all.</param>
public sealed record JobTally(IReadOnlyList<long> States, long Cancelling, long Dead, bool Partial);
