namespace Pawl.Sqlite;

/// <summary>What one save changes of the kept counts of the ledgers.</summary>
internal sealed class LedgerTally
{
    private const string SelectOutcome = "select last_outcome from item where dataset = @dataset and key = @key";
    private const string SaveDataset = """
        insert into dataset (name, succeeded, failed, updated_at) values (@name, @succeeded, @failed, @now)
        on conflict (name) do update set succeeded = succeeded + excluded.succeeded, failed = failed + excluded.failed,
            updated_at = max(updated_at, excluded.updated_at)
        """;

    private readonly Dictionary<string, (long Succeeded, long Failed)> _changes = new(StringComparer.Ordinal);

    /// <summary>Looks how an item went before. Ask before it is written.</summary>
    public void Add(Connection db, ItemResult item)
    {
        if (item.Outcome == ItemOutcome.Skipped)
        {
            return;
        }

        var row = db.Use(SelectOutcome).Bind(item.Dataset).Bind(item.Key);
        ItemOutcome? before = row.Step() ? row.Word<ItemOutcome>(0) : null;
        row.Reset();
        var (succeeded, failed) = _changes.GetValueOrDefault(item.Dataset);
        _changes[item.Dataset] = (
            succeeded + (item.Outcome == ItemOutcome.Succeeded ? 1 : 0) - (before == ItemOutcome.Succeeded ? 1 : 0),
            failed + (item.Outcome == ItemOutcome.Failed ? 1 : 0) - (before == ItemOutcome.Failed ? 1 : 0));
    }

    public void Flush(Connection db, long now)
    {
        foreach (var (name, (succeeded, failed)) in _changes)
        {
            db.Use(SaveDataset).Bind(name).Bind(succeeded).Bind(failed).Bind(now).Run();
        }
    }
}
