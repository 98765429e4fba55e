namespace Pawl;

/// <summary>One action on many jobs, with its own progress. It touches only jobs that existed when it was made, and outlives a
/// restart.</summary>
public sealed record BulkOperation
{
    /// <summary>Its number, from 1.</summary>
    public required long Id { get; init; }

    /// <summary>What is done to each job.</summary>
    public required BulkAction Action { get; init; }

    /// <summary>Which jobs; null when they were named by number.</summary>
    public string? Query { get; init; }

    /// <summary>Which jobs; null when a query says so.</summary>
    public IReadOnlyList<JobId>? Ids { get; init; }

    /// <summary>What the action was told.</summary>
    public BulkParams Params { get; init; } = new();

    /// <summary>The jobs that it may touch.</summary>
    public Scope Scope { get; init; } = Scope.All;

    /// <summary>More jobs than these end it as <see cref="BulkState.Failed"/>.</summary>
    public required long Max { get; init; }

    /// <summary>The newest job when it was made: it touches no newer one.</summary>
    public required JobId Newest { get; init; }

    /// <summary>Where it stands.</summary>
    public required BulkState State { get; init; }

    /// <summary>How many jobs there were when it was made, as far as they could be counted in time; when it has ended, how many it came
    /// to.</summary>
    public required long Total { get; init; }

    /// <summary>How many it has come to: the sum of the next three.</summary>
    public long Done => Changed + Skipped + Failed;

    /// <summary>How many it has changed.</summary>
    public long Changed { get; init; }

    /// <summary>How many it has left alone, because their state forbids the action.</summary>
    public long Skipped { get; init; }

    /// <summary>How many could not be dealt with.</summary>
    public long Failed { get; init; }

    /// <summary>The first 100 of those it did not change.</summary>
    public IReadOnlyList<BulkError> Errors { get; init; } = [];

    /// <summary>Where the next slice begins: behind this job, downwards; null before the first.</summary>
    public JobId? Reached { get; init; }

    /// <summary>Who asked for it.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
