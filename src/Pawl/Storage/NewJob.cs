namespace Pawl.Storage;

/// <summary>A job to be stored, with every default filled in.</summary>
public sealed record NewJob
{
    /// <summary>A number from <see cref="IJobStore.ReserveIdsAsync"/>; null for a new one. Where a job of that number is there already, it
    /// is the answer: so the same job can be sent twice and is stored once.</summary>
    public JobId? Id { get; init; }

    /// <inheritdoc cref="Job.Type"/>
    public required string Type { get; init; }

    /// <inheritdoc cref="Job.Queue"/>
    public required string Queue { get; init; }

    /// <inheritdoc cref="Job.Payload"/>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <inheritdoc cref="Job.Priority"/>
    public int Priority { get; init; }

    /// <inheritdoc cref="Job.PriorityReasons"/>
    public IReadOnlyList<PriorityReason> PriorityReasons { get; init; } = [];

    /// <inheritdoc cref="Job.Trigger"/>
    public Trigger Trigger { get; init; }

    /// <inheritdoc cref="Job.Kind"/>
    public string? Kind { get; init; }

    /// <inheritdoc cref="Job.ParentId"/>
    public JobId? ParentId { get; init; }

    /// <inheritdoc cref="Job.RerunOf"/>
    public JobId? RerunOf { get; init; }

    /// <inheritdoc cref="Job.DependsOn"/>
    public IReadOnlyList<Dependency> DependsOn { get; init; } = [];

    /// <inheritdoc cref="Job.RequiresApproval"/>
    public bool RequiresApproval { get; init; }

    /// <inheritdoc cref="Job.MaxAttempts"/>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>When it is due; null or past for at once.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <inheritdoc cref="Job.StartBy"/>
    public DateTimeOffset? StartBy { get; init; }

    /// <inheritdoc cref="Job.DeadlineAt"/>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <inheritdoc cref="Job.Timeout"/>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <inheritdoc cref="Job.Grace"/>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc cref="Job.MaxItems"/>
    public int? MaxItems { get; init; }

    /// <inheritdoc cref="Job.ConcurrencyKey"/>
    public string? ConcurrencyKey { get; init; }

    /// <inheritdoc cref="Job.OnBusy"/>
    public OnBusy OnBusy { get; init; }

    /// <inheritdoc cref="Job.RateKey"/>
    public string? RateKey { get; init; }

    /// <inheritdoc cref="Job.Circuit"/>
    public string? Circuit { get; init; }

    /// <inheritdoc cref="Job.UniqueKey"/>
    public string? UniqueKey { get; init; }

    /// <inheritdoc cref="Job.UniqueHold"/>
    public UniqueHold UniqueHold { get; init; }

    /// <summary>The request's own key: the same key and body give the same job until it expires.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>How long the request's own key is held.</summary>
    public TimeSpan IdempotencyHold { get; init; } = TimeSpan.FromHours(24);

    /// <summary>SHA-256 of the canonical body, where a key is given: tells an equal request from another.</summary>
    public ReadOnlyMemory<byte> BodyHash { get; init; }

    /// <inheritdoc cref="Job.Force"/>
    public Force Force { get; init; }

    /// <inheritdoc cref="Job.Versions"/>
    public IReadOnlyDictionary<string, string>? Versions { get; init; }

    /// <inheritdoc cref="Job.Tags"/>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <inheritdoc cref="Job.Traceparent"/>
    public string? Traceparent { get; init; }

    /// <inheritdoc cref="Job.RequestedBy"/>
    public string? RequestedBy { get; init; }
}
