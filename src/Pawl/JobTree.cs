namespace Pawl;

/// <summary>A job with all that came of it, to any depth, rolled up at question time.</summary>
public sealed record JobTree
{
    /// <summary>The job at the top.</summary>
    public required JobId Root { get; init; }

    /// <summary>How many jobs there are, the top one included.</summary>
    public required long Jobs { get; init; }

    /// <summary>How many levels there are: 1 for a job without children.</summary>
    public required int Levels { get; init; }

    /// <summary>How many jobs stand in each state; states without jobs are left out.</summary>
    public required IReadOnlyDictionary<JobState, long> Counts { get; init; }

    /// <summary>The sum of what the jobs have told. The total is null until each of them that told of its progress has named its
    /// own.</summary>
    public required JobProgress Progress { get; init; }

    /// <summary>The sum of the figures that items were recorded with, by name, such as tokens or cost.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>Whether there are more jobs than one answer looks at; what is there is then less than the whole.</summary>
    public bool Partial { get; init; }
}
