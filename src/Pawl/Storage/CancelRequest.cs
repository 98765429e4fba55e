namespace Pawl.Storage;

/// <summary>Stop these jobs.</summary>
public sealed record CancelRequest
{
    /// <summary>Which.</summary>
    public required IReadOnlyList<JobId> Ids { get; init; }

    /// <summary>The engine's time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Who asks.</summary>
    public string? By { get; init; }

    /// <summary>Why, in words.</summary>
    public string? Reason { get; init; }

    /// <summary>What is recorded as the reason of the end.</summary>
    public EndReason EndReason { get; init; } = EndReason.User;

    /// <summary>How long running attempts may clean up; null for the job's own.</summary>
    public TimeSpan? Grace { get; init; }

    /// <summary>Whether open children are cancelled too.</summary>
    public bool Children { get; init; } = true;
}
