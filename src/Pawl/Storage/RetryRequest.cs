namespace Pawl.Storage;

/// <summary>Open a new generation of these jobs.</summary>
public sealed record RetryRequest
{
    /// <summary>Which.</summary>
    public required IReadOnlyList<JobId> Ids { get; init; }

    /// <summary>The engine's time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Who asks.</summary>
    public string? By { get; init; }

    /// <summary>Whether to throw the checkpoint and the progress away.</summary>
    public bool FromStart { get; init; }

    /// <summary>Whether a permanent error is retried all the same.</summary>
    public bool Force { get; init; }

    /// <summary>The recovery that asks; null for a person. Only failed jobs that nobody dismissed are recovered, each at most three
    /// times.</summary>
    public RecoveryMark? Recovery { get; init; }

    /// <summary>How often one job may be recovered.</summary>
    public int RecoveryCap { get; init; } = 3;

    /// <summary>The row version at which the asker saw the job; null when it does not matter. A job that has changed since is refused as
    /// <c>row_version_mismatch</c>. Only for a request that names one job.</summary>
    public int? RowVersion { get; init; }

    /// <summary>The term of the leader that recovers; null when it does not matter. When another term has begun, each job is refused as
    /// <c>not_leader</c>.</summary>
    public long? Term { get; init; }
}
