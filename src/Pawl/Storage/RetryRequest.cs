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

    /// <summary>The recovery that asks; null for a person. Only failed jobs are recovered, each at most three times.</summary>
    public RecoveryMark? Recovery { get; init; }

    /// <summary>How often one job may be recovered.</summary>
    public int RecoveryCap { get; init; } = 3;
}
