using Pawl.Sqlite;

namespace Pawl.Storage.Tests;

/// <summary>The suite on a SQLite file in WAL mode, as users have it. The file lies in memory: durability is the subject of other tests.</summary>
public sealed partial class SqliteJobStore : JobStoreSpec
{
    private readonly TempFolder _folder = TempFolder.InMemory();
    private int _opened;

    protected override ValueTask<IJobStore> OpenAsync(TimeProvider clock) =>
        new(SqliteStore.Open($"Data Source={_folder[$"jobs-{++_opened}.db"]}"));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
