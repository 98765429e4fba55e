using Pawl.Postgres;
using Pawl.Storage.Tests.OnlyPostgres;

namespace Pawl.Storage.Tests;

/// <summary>The suite on PostgreSQL, each test on a database of its own.</summary>
public sealed class PostgresJobStore(Databases databases) : JobStoreSpec
{
    private readonly List<(string Database, PostgresStore Store)> _taken = [];
    private int _opened;
    private string? _unused;

    protected override string BackupTool => "pg_dump";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await GiveBackAsync();
    }

    protected override async ValueTask<IJobStore> OpenAsync(TimeProvider clock)
    {
        // The second store of a test finds no tables yet, as a user's first: so the tests of the migration see one.
        if (++_opened == 2)
        {
            return PostgresStore.Open(await databases.TakeBareAsync());
        }

        await GiveBackAsync();
        var database = await databases.TakeAsync();
        _taken.Add((database, PostgresStore.Open(database, new PostgresOptions { Listen = false })));   // each test opens many
        return _taken[^1].Store;
    }

    protected override IEnumerable<(string Name, string Sql)> Statements() => OnlyPostgres.Statements.All;

    protected override async ValueTask<string> ExplainAsync(string sql) =>
        await OnlyPostgres.Statements.ExplainAsync(_unused ??= await databases.TakeUnusedAsync(), sql);

    /// <summary>The databases whose store is closed: one test may open hundreds, one after the other.</summary>
    private async ValueTask GiveBackAsync()
    {
        for (var n = _taken.Count - 1; n >= 0; n--)
        {
            try
            {
                await _taken[n].Store.MigrateAsync(apply: false, CancellationToken.None);
            }
            catch (ObjectDisposedException)
            {
                await databases.GiveBackAsync(_taken[n].Database);
                _taken.RemoveAt(n);
            }
        }
    }
}
