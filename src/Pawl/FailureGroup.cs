namespace Pawl;

/// <summary>Failures of one fingerprint within a window of time.</summary>
public sealed record FailureGroup
{
    /// <summary>What they have in common.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The error of the last of them, with its stack.</summary>
    public required JobError Error { get; init; }

    /// <summary>Attempts that failed so.</summary>
    public long Attempts { get; init; }

    /// <summary>Jobs that failed so, as near as kept counts tell.</summary>
    public long Jobs { get; init; }

    /// <summary>Jobs that stand failed by it now and that nobody has dismissed.</summary>
    public long Dead { get; init; }

    /// <summary>When the first of all was seen, UTC.</summary>
    public required DateTimeOffset FirstSeen { get; init; }

    /// <summary>When the last was seen, UTC.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>Attempts over the window in equal steps, at most 24.</summary>
    public required IReadOnlyList<long> Sparkline { get; init; }

    /// <summary>The job of the last.</summary>
    public required JobId SampleJob { get; init; }

    /// <summary>Attempts by type, most first.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> ByType { get; init; }

    /// <summary>Attempts by worker, most first.</summary>
    public required IReadOnlyList<KeyValuePair<long, long>> ByWorker { get; init; }
}
