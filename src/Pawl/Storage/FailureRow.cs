namespace Pawl.Storage;

/// <summary>Failures of one line that are alike: those of one fingerprint.</summary>
public sealed record FailureRow
{
    /// <summary>What they have in common.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The queue.</summary>
    public required string Queue { get; init; }

    /// <summary>The type.</summary>
    public required string Type { get; init; }

    /// <summary>When the first was seen, UTC.</summary>
    public required DateTimeOffset FirstSeen { get; init; }

    /// <summary>When the last was seen, UTC.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>The job of the last.</summary>
    public required JobId SampleJob { get; init; }

    /// <summary>The error of the last.</summary>
    public required JobError Error { get; init; }

    /// <summary>How many jobs stand failed by it that nobody has dismissed; counted to 10,000.</summary>
    public long Dead { get; init; }

    /// <summary>What happened, by hour and worker, in the order of the hours.</summary>
    public IReadOnlyList<FailureHour> Hours { get; init; } = [];
}
