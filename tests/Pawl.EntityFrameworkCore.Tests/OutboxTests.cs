using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Pawl.EntityFrameworkCore.Tests;

/// <summary>A context with an outbox: jobs are changes like others, and are handed on once they are committed. The program's data lie in
/// another database than the jobs.</summary>
public abstract class OutboxTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private string _pawl = "";

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected string Folder => _folder.FullPath;

    public virtual ValueTask InitializeAsync()
    {
        _pawl = Path.Combine(_folder.FullPath, "jobs.db");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_saved_job_runs_under_the_number_it_was_given_at_once()
    {
        await using var shop = await StartAsync(forwards: true);
        var id = await OrderAsync(shop, "hat");

        Assert.Equal((id, "hat"), await shop.RanAsync(Ct));
        await shop.Forwarder().ForwardAsync(Ct);   // the other one may be about to do so
        Assert.Equal(0, await RowsAsync(shop));
    }

    [Fact]
    public async Task A_job_that_is_committed_later_runs_then()
    {
        await using var shop = await StartAsync(forwards: true);
        var id = await shop.InContextAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Ct);
            var job = await shop.Jobs.EnqueueAsync(db, new Pack("hat"), cancellationToken: Ct);
            await db.SaveChangesAsync(Ct);
            await transaction.CommitAsync(Ct);
            return job.Id;
        });

        Assert.Equal((id, "hat"), await shop.RanAsync(Ct));
    }

    [Fact]
    public async Task What_is_not_saved_or_rolled_back_leaves_nothing()
    {
        await using var shop = await StartAsync(forwards: false);
        await OrderAsync(shop, "hat");
        await shop.InContextAsync(async db => await shop.Jobs.EnqueueAsync(db, new Pack("never saved"), cancellationToken: Ct));
        await Assert.ThrowsAsync<DbUpdateException>(() => OrderAsync(shop, "hat"));   // there is one already
        await shop.InContextAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Ct);
            await shop.Jobs.EnqueueManyAsync(db, [new Pack("rolled back"), new Pack("too")], cancellationToken: Ct);
            await db.SaveChangesAsync(Ct);
            await transaction.RollbackAsync(Ct);
            return 0;
        });

        Assert.Equal(1, await RowsAsync(shop));
        await shop.Forwarder().ForwardAsync(Ct);
        Assert.Equal("hat", (await shop.RanAsync(Ct)).Article);
        Assert.Equal(1, await shop.JobsAsync(Ct));
    }

    [Fact]
    public async Task A_process_that_ends_between_the_commit_and_the_handing_on_loses_no_job()
    {
        JobId id;
        await using (var first = await StartAsync(forwards: false))
        {
            id = await OrderAsync(first, "hat");
            Assert.Equal(0, await first.JobsAsync(Ct));
        }

        await using var second = await StartAsync(forwards: true);
        Assert.Equal((id, "hat"), await second.RanAsync(Ct));
        Assert.NotEqual(id, (await second.Jobs.EnqueueAsync(new Pack("scarf"), cancellationToken: Ct)).Id);
    }

    [Fact]
    public async Task A_process_that_ends_before_the_row_is_gone_hands_no_job_on_twice()
    {
        await using var shop = await StartAsync(forwards: false);
        var id = await OrderAsync(shop, "hat");
        await RunAsync(shop, "create table kept as select * from pawl_outbox");
        await shop.Forwarder().ForwardAsync(Ct);
        Assert.Equal((id, "hat"), await shop.RanAsync(Ct));

        await RunAsync(shop, "insert into pawl_outbox select * from kept");
        await shop.Forwarder().ForwardAsync(Ct);

        Assert.Equal(0, await RowsAsync(shop));
        Assert.Equal(1, await shop.JobsAsync(Ct));
    }

    [Fact]
    public async Task Many_save_while_others_enqueue_and_each_job_runs_once()
    {
        await using var shop = await StartAsync(forwards: true);
        var saving = Enumerable.Range(0, 20).Select(n => OrderAsync(shop, $"hat {n}"));
        var others = Enumerable.Range(0, 50).Select(async n =>
            (await shop.Jobs.EnqueueAsync(new Pack($"scarf {n}"), cancellationToken: Ct)).Id);
        var ids = await Task.WhenAll(saving.Concat(others));

        var ran = new List<JobId>();
        for (var n = 0; n < ids.Length; n++)
        {
            ran.Add((await shop.RanAsync(Ct)).Job);
        }

        Assert.Equal(ids.Order(), ran.Order());
    }

    [Fact]
    public async Task Keys_delays_approvals_and_dependencies_hold_when_the_job_is_handed_on()
    {
        await using var shop = await StartAsync(forwards: false);
        var held = await shop.Jobs.EnqueueAsync(new Pack("cap"), new() { UniqueKey = "cap", RequiresApproval = true }, Ct);
        var jobs = await shop.InContextAsync(async db =>
        {
            var first = await shop.Jobs.EnqueueAsync(db, new Pack("a"), new() { RequiresApproval = true }, Ct);
            var all = new[]
            {
                first,
                await shop.Jobs.EnqueueAsync(db, new Pack("b"), new() { After = first.Id }, Ct),
                await shop.Jobs.EnqueueAsync(db, new Pack("c"), new() { Delay = TimeSpan.FromHours(1) }, Ct),
                await shop.Jobs.EnqueueAsync(db, new Pack("cap"), new() { UniqueKey = "cap", RequiresApproval = true }, Ct),
                await shop.Jobs.EnqueueAsync(db, new Pack("other"), new() { UniqueKey = "cap" }, Ct),
                await shop.Jobs.EnqueueAsync(db, new Pack("e"), new() { IdempotencyKey = "e", RequiresApproval = true }, Ct),
            };
            await db.SaveChangesAsync(Ct);
            return all;
        });

        await shop.Forwarder().ForwardAsync(Ct);

        Assert.Equal(
            [JobState.Blocked, JobState.Blocked, JobState.Scheduled, JobState.Blocked],
            new[] { jobs[0], jobs[1], jobs[2], jobs[5] }.Select(job => job.State));
        foreach (var job in new[] { jobs[0], jobs[1], jobs[2], jobs[5] })
        {
            Assert.Equal(job.State, (await shop.Jobs.GetAsync(job.Id, Ct)).State);
        }

        Assert.Null(await shop.Jobs.FindAsync(jobs[3].Id, Ct));   // the one that was there is meant
        Assert.Equal(5, await shop.JobsAsync(Ct));
        Assert.Equal(JobState.Blocked, (await shop.Jobs.GetAsync(held.Id, Ct)).State);
        var left = await shop.InContextAsync(db => db.Set<OutboxJob>().AsNoTracking().SingleAsync(Ct));
        Assert.Equal((jobs[4].Id.Value, "idempotency_conflict"), (left.Id, left.Refused));
    }

    /// <summary>How the program's own database is opened; the same one each time.</summary>
    private protected abstract void Database(DbContextOptionsBuilder options);

    private async Task<ShopProgram<ShopWithOutbox>> StartAsync(bool forwards) => await ShopProgram<ShopWithOutbox>.StartAsync(
        pawl =>
        {
            pawl.UseSqlite($"Data Source={_pawl}");
            if (forwards)
            {
                pawl.AddOutbox<ShopWithOutbox>();
            }
        },
        Database,
        Ct);

    private static Task<JobId> OrderAsync(ShopProgram<ShopWithOutbox> shop, string article) => shop.InContextAsync(async db =>
    {
        db.Orders.Add(new Order { Article = article });
        var job = await shop.Jobs.EnqueueAsync(db, new Pack(article), cancellationToken: Ct);
        await db.SaveChangesAsync(Ct);
        return job.Id;
    });

    private static Task<int> RowsAsync(ShopProgram<ShopWithOutbox> shop) =>
        shop.InContextAsync(db => db.Set<OutboxJob>().CountAsync(Ct));

    private static Task<int> RunAsync(ShopProgram<ShopWithOutbox> shop, string sql) =>
        shop.InContextAsync(db => db.Database.ExecuteSqlRawAsync(sql, Ct));
}

/// <summary>The program keeps its data in a SQLite file of its own.</summary>
public sealed class SqliteOutboxTests : OutboxTests
{
    private protected override void Database(DbContextOptionsBuilder options) =>
        options.UseSqlite($"Data Source={Path.Combine(Folder, "shop.db")}");
}

/// <summary>The program keeps its data in PostgreSQL.</summary>
public sealed class PostgresOutboxTests(Server server) : OutboxTests
{
    private string _database = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _database = await server.DatabaseAsync();
    }

    private protected override void Database(DbContextOptionsBuilder options) => options.UseNpgsql(_database);
}
