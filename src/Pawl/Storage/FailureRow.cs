namespace Pawl.Storage;

/// <summary>Failures that are alike: those of one fingerprint.</summary>
public sealed record FailureRow
{
    /// <summary>What they have in common.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>When the first was seen, UTC.</summary>
    public required DateTimeOffset FirstSeen { get; init; }

    /// <summary>When the last was seen, UTC.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>The job of the last.</summary>
    public required JobId SampleJob { get; init; }

    /// <summary>The error of the last.</summary>
    public required JobError Error { get; init; }

    /// <summary>How many jobs stand failed by it that nobody has dismissed.</summary>
    public long Dead { get; init; }

    /// <summary>What happened, by hour, line and worker, in the order of the hours.</summary>
    public IReadOnlyList<FailureHour> Hours { get; init; } = [];
}

/// <summary>What happened in one hour, in one line, on one worker.</summary>
/// <param name="Hour">The hour, UTC.</param>
/// <param name="Queue">The queue.</param>
/// <param name="Type">The type.</param>
/// <param name="WorkerId">The worker.</param>
/// <param name="Attempts">Attempts that failed so.</param>
/// <param name="Jobs">Their jobs: those that had not failed so in this hour before.</param>
/// <param name="NewJobs">Those of them that had never failed so before.</param>
public sealed record FailureHour(
    DateTimeOffset Hour, string Queue, string Type, long WorkerId, long Attempts, long Jobs, long NewJobs);
