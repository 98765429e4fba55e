namespace Pawl.Storage;

/// <summary>Change fields of these jobs; a null field stays.</summary>
public sealed record EditRequest
{
    /// <summary>Which.</summary>
    public required IReadOnlyList<JobId> Ids { get; init; }

    /// <summary>The engine's time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Who asks.</summary>
    public string? By { get; init; }

    /// <summary>The version the editor saw; null for whatever it is.</summary>
    public int? RowVersion { get; init; }

    /// <inheritdoc cref="Job.Priority"/>
    public int? Priority { get; init; }

    /// <summary>When it is due; past means now.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <inheritdoc cref="Job.Queue"/>
    public string? Queue { get; init; }

    /// <inheritdoc cref="Job.StartBy"/>
    public DateTimeOffset? StartBy { get; init; }

    /// <summary>Whether the job may start however late from now on.</summary>
    public bool ClearStartBy { get; init; }

    /// <inheritdoc cref="Job.MaxAttempts"/>
    public int? MaxAttempts { get; init; }

    /// <inheritdoc cref="Job.Tags"/>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}
