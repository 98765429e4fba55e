using Pawl.Sqlite;
using Pawl.Storage.Tests.OnlySqlite;

namespace Pawl.Storage.Tests;

/// <summary>The suite on a SQLite file in WAL mode, as users have it. The file lies in memory where that is to be had: durability is the
/// subject of other tests.</summary>
public sealed class SqliteJobStore : JobStoreSpec
{
    private readonly TempFolder _folder = TempFolder.InMemory();
    private int _opened;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        var faults = Enumerable.Range(1, _opened).SelectMany(n => FileFaults.In(_folder[$"jobs-{n}.db"])).ToList();
        _folder.Dispose();
        Assert.Empty(faults);
    }

    protected override ValueTask<IJobStore> OpenAsync(TimeProvider clock) =>
        new(SqliteStore.Open($"Data Source={_folder[$"jobs-{++_opened}.db"]}"));

    protected override IEnumerable<(string Name, string Sql)> Statements() => OnlySqlite.Statements.All;

    protected override ValueTask<string> ExplainAsync(string sql) => new(OnlySqlite.Statements.Explain(Store.Info.Place, sql));
}
