using Pawl.Sqlite;
using Pawl.Storage.Tests.OnlySqlite;

namespace Pawl.Storage.Tests;

/// <summary>The suite on a database in memory: what tests and simulations run on means what a file means.
/// Here every claim leases by the batch.</summary>
public sealed class SqliteJobStoreInMemory : JobStoreSpec
{
    private readonly TempFolder _folder = TempFolder.InMemory();

    public override async ValueTask DisposeAsync()
    {
        var faults = FileFaults.In(await CopyAsync("after.db"));
        await base.DisposeAsync();
        _folder.Dispose();
        Assert.Empty(faults);
    }

    protected override ValueTask<IJobStore> OpenAsync(TimeProvider clock) => new(Open());

    protected override IEnumerable<(string Name, string Sql)> Statements() => OnlySqlite.Statements.All;

    protected override async ValueTask<string> ExplainAsync(string sql) => OnlySqlite.Statements.Explain(await CopyAsync("plans.db"), sql);

    internal static SqliteStore Open()
    {
        var store = SqliteStore.Open("Data Source=:memory:");
        store.BatchLeaseFrom = 1;   // each claim by the lease of its batch; on a file the suite sees mostly the others
        return store;
    }

    private async ValueTask<string> CopyAsync(string name)
    {
        if (!File.Exists(_folder[name]))
        {
            await Store.BackupAsync(_folder[name], Ct);
        }

        return _folder[name];
    }
}
