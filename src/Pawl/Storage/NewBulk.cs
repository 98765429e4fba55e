namespace Pawl.Storage;

/// <summary>A bulk operation to be made: all but what the store knows, its number and the newest job.</summary>
public sealed record NewBulk
{
    /// <inheritdoc cref="BulkOperation.Action"/>
    public required BulkAction Action { get; init; }

    /// <inheritdoc cref="BulkOperation.Query"/>
    public string? Query { get; init; }

    /// <inheritdoc cref="BulkOperation.Ids"/>
    public IReadOnlyList<JobId>? Ids { get; init; }

    /// <inheritdoc cref="BulkOperation.Params"/>
    public BulkParams Params { get; init; } = new();

    /// <inheritdoc cref="BulkOperation.Scope"/>
    public Scope Scope { get; init; } = Scope.All;

    /// <inheritdoc cref="BulkOperation.Max"/>
    public required long Max { get; init; }

    /// <inheritdoc cref="BulkOperation.Total"/>
    public required long Total { get; init; }

    /// <inheritdoc cref="BulkOperation.RequestedBy"/>
    public string? By { get; init; }

    /// <summary>The engine's time.</summary>
    public required DateTimeOffset Now { get; init; }
}
