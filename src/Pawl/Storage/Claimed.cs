namespace Pawl.Storage;

/// <summary>A leased job with all an attempt needs.</summary>
public sealed record Claimed
{
    /// <summary>What its writes must show.</summary>
    public required Lease Lease { get; init; }

    /// <summary>Whether it was taken ahead of a free slot.</summary>
    public bool Prefetched { get; init; }

    /// <summary>Whether it was taken for an express slot.</summary>
    public bool Express { get; init; }

    /// <summary>Whether it was chosen because it had waited longest.</summary>
    public bool ByAge { get; init; }

    /// <inheritdoc cref="Job.Type"/>
    public required string Type { get; init; }

    /// <inheritdoc cref="Job.Queue"/>
    public required string Queue { get; init; }

    /// <inheritdoc cref="Job.Payload"/>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <inheritdoc cref="Job.Priority"/>
    public required int Priority { get; init; }

    /// <inheritdoc cref="Job.Generation"/>
    public required int Generation { get; init; }

    /// <inheritdoc cref="Job.Failures"/>
    public int Failures { get; init; }

    /// <inheritdoc cref="Job.Losses"/>
    public int Losses { get; init; }

    /// <summary>How many attempts in a row were snoozed without new progress.</summary>
    public int Snoozes { get; init; }

    /// <inheritdoc cref="Job.MaxAttempts"/>
    public required int MaxAttempts { get; init; }

    /// <summary>Since when it was runnable.</summary>
    public required DateTimeOffset RunAt { get; init; }

    /// <summary>When this attempt was given.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <inheritdoc cref="Job.DeadlineAt"/>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <inheritdoc cref="Job.Timeout"/>
    public required TimeSpan Timeout { get; init; }

    /// <inheritdoc cref="Job.Grace"/>
    public required TimeSpan Grace { get; init; }

    /// <inheritdoc cref="Job.MaxItems"/>
    public int? MaxItems { get; init; }

    /// <inheritdoc cref="Job.Trigger"/>
    public Trigger Trigger { get; init; }

    /// <inheritdoc cref="Job.Kind"/>
    public string? Kind { get; init; }

    /// <inheritdoc cref="Job.ParentId"/>
    public JobId? ParentId { get; init; }

    /// <inheritdoc cref="Job.Force"/>
    public Force Force { get; init; }

    /// <inheritdoc cref="Job.ConcurrencyKey"/>
    public string? ConcurrencyKey { get; init; }

    /// <inheritdoc cref="Job.RateKey"/>
    public string? RateKey { get; init; }

    /// <inheritdoc cref="Job.Versions"/>
    public IReadOnlyDictionary<string, string>? Versions { get; init; }

    /// <inheritdoc cref="Job.Tags"/>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <inheritdoc cref="Job.Traceparent"/>
    public string? Traceparent { get; init; }

    /// <inheritdoc cref="Job.RequestedBy"/>
    public string? RequestedBy { get; init; }

    /// <summary>The last accepted checkpoint, on whatever attempt.</summary>
    public JobCheckpoint? Checkpoint { get; init; }

    /// <summary>The progress told so far.</summary>
    public JobProgress? Progress { get; init; }

    /// <summary>What went wrong last time.</summary>
    public JobError? PreviousError { get; init; }

    /// <summary>The recovery that opened this generation, on its first attempt.</summary>
    public RecoveryMark? Recovery { get; init; }
}
