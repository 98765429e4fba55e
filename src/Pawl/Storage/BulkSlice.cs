namespace Pawl.Storage;

/// <summary>One slice of a bulk operation: a command on some jobs and how far the operation has come, in one transaction.</summary>
public sealed record BulkSlice
{
    /// <summary>The operation.</summary>
    public required long Id { get; init; }

    /// <summary>The leader's term; another one's request changes nothing.</summary>
    public required long Term { get; init; }

    /// <summary>Where the slice began; an operation that has come further meanwhile is left alone.</summary>
    public JobId? From { get; init; }

    /// <summary>Where the next slice begins.</summary>
    public required JobId Reached { get; init; }

    /// <summary>The command, where it is this one; its jobs are those of the slice that are to be changed.</summary>
    public CancelRequest? Cancel { get; init; }

    /// <inheritdoc cref="Cancel"/>
    public RetryRequest? Retry { get; init; }

    /// <inheritdoc cref="Cancel"/>
    public DismissRequest? Dismiss { get; init; }

    /// <inheritdoc cref="Cancel"/>
    public PurgeRequest? Purge { get; init; }

    /// <inheritdoc cref="Cancel"/>
    public EditRequest? Edit { get; init; }

    /// <summary>Jobs of the slice that are left alone, and why.</summary>
    public IReadOnlyList<BulkError> Skipped { get; init; } = [];

    /// <summary>Jobs of the slice that could not be dealt with.</summary>
    public IReadOnlyList<BulkError> Failed { get; init; } = [];

    /// <summary>How the operation ends with this slice; null when it goes on.</summary>
    public BulkState? End { get; init; }

    /// <summary>The engine's time.</summary>
    public required DateTimeOffset Now { get; init; }
}
