namespace Pawl;

/// <summary>One action on many jobs. They are named by a query or by their numbers.</summary>
public sealed record BulkRequest
{
    /// <summary>What to do.</summary>
    public required BulkAction Action { get; init; }

    /// <summary>Which jobs, in the query language; not empty.</summary>
    public string? Query { get; init; }

    /// <summary>Which jobs, up to 1,000, in the place of a query.</summary>
    public IReadOnlyList<JobId>? Ids { get; init; }

    /// <summary>What the action needs to know.</summary>
    public BulkParams Params { get; init; } = new();

    /// <summary>How many jobs the person saw; more than these are refused. Null for whatever it is.</summary>
    public long? Expected { get; init; }

    /// <summary>More jobs than these are refused: 1 to 1,000,000; default 10,000.</summary>
    public int Max { get; init; } = DefaultMax;

    /// <summary>Who asks.</summary>
    public string? By { get; init; }

    /// <summary>The jobs that he may touch.</summary>
    public Scope Scope { get; init; } = Scope.All;

    /// <summary>How many jobs an operation may touch unless it says otherwise.</summary>
    public const int DefaultMax = 10_000;

    /// <summary>How many jobs an operation may touch at most.</summary>
    public const int MostMax = 1_000_000;
}
