namespace Pawl;

/// <summary>How to stop jobs.</summary>
public sealed record CancelOptions
{
    /// <summary>Who asks, by name.</summary>
    public string? By { get; init; }

    /// <summary>Why, in words.</summary>
    public string? Reason { get; init; }

    /// <summary>How long running attempts may clean up; null for each job's own.</summary>
    public TimeSpan? Grace { get; init; }

    /// <summary>Whether open children are cancelled too. Default true.</summary>
    public bool Children { get; init; } = true;
}
