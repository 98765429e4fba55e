using Pawl.Sqlite;
using Pawl.Storage.Tests.OnlySqlite;

namespace Pawl.Storage.Tests;

/// <summary>The model beside a SQLite file.</summary>
public sealed class SqliteModel : ModelSpec, IDisposable
{
    private readonly TempFolder _folder = TempFolder.InMemory();
    private int _opened;

    public void Dispose()
    {
        var faults = Enumerable.Range(1, _opened).SelectMany(n => FileFaults.In(_folder[$"jobs-{n}.db"])).ToList();
        _folder.Dispose();
        Assert.Empty(faults);
    }

    protected override async Task UseAsync(Func<IJobStore, Task> play)
    {
        await using var store = SqliteStore.Open($"Data Source={_folder[$"jobs-{++_opened}.db"]}");
        await play(store);
    }
}

/// <summary>The model beside a database in memory.</summary>
public sealed class SqliteModelInMemory : ModelSpec
{
    protected override async Task UseAsync(Func<IJobStore, Task> play)
    {
        await using var store = SqliteJobStoreInMemory.Open();
        await play(store);
    }
}
