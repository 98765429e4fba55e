namespace Pawl;

/// <summary>How many jobs stand where.</summary>
public sealed record JobCounts
{
    /// <summary>How many stand in each of the seven states.</summary>
    public required IReadOnlyDictionary<JobState, long> Counts { get; init; }

    /// <summary>How many of the running ones were asked to stop.</summary>
    public long Cancelling { get; init; }

    /// <summary>How many of the failed ones nobody has dismissed.</summary>
    public long Dead { get; init; }

    /// <summary>Whether these are what was found in the newest jobs within a bound, and there may be more.</summary>
    public bool Estimated { get; init; }

    /// <summary>When they were read, UTC.</summary>
    public required DateTimeOffset AsOf { get; init; }
}
