namespace Pawl;

/// <summary>What to change of a job; null stays. Tags in any state, the rest only while it waits.</summary>
public sealed record JobEdit
{
    /// <summary>Who asks, by name.</summary>
    public string? By { get; init; }

    /// <summary>The version the editor saw; null for whatever it is.</summary>
    public int? RowVersion { get; init; }

    /// <summary>-1,000 to 1,000.</summary>
    public int? Priority { get; init; }

    /// <summary>When it is due; past means now.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>Another queue.</summary>
    public string? Queue { get; init; }

    /// <summary>It is cancelled as expired if it has not started by then.</summary>
    public DateTimeOffset? StartBy { get; init; }

    /// <summary>Takes <see cref="StartBy"/> away: it may start however late.</summary>
    public bool ClearStartBy { get; init; }

    /// <summary>1 to 100.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>All its tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}
