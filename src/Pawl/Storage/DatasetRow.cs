namespace Pawl.Storage;

/// <summary>A ledger with its kept counts.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Succeeded">Items that went well last.</param>
/// <param name="Failed">Items that failed last.</param>
/// <param name="UpdatedAt">When one of them was last done.</param>
public sealed record DatasetRow(string Name, long Succeeded, long Failed, DateTimeOffset UpdatedAt)
{
    /// <summary>All items.</summary>
    public long Rows => Succeeded + Failed;
}
