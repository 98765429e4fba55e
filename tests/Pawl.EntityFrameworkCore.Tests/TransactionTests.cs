using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Pawl.EntityFrameworkCore.Tests;

/// <summary>A context in Pawl's own PostgreSQL database needs no outbox: the jobs go into its transaction.</summary>
public sealed class TransactionTests(Server server) : IAsyncLifetime
{
    private ShopProgram<Shop> _shop = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var database = await server.DatabaseAsync();
        _shop = await ShopProgram<Shop>.StartAsync(pawl => pawl.UsePostgres(database), options => options.UseNpgsql(database), Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_shop is not null)
        {
            await _shop.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_job_runs_once_its_order_is_committed()
    {
        var id = await _shop.InContextAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Ct);
            db.Orders.Add(new Order { Article = "hat" });
            await db.SaveChangesAsync(Ct);
            var job = await _shop.Jobs.EnqueueAsync(db, new Pack("hat"), cancellationToken: Ct);
            Assert.Equal(0, await _shop.JobsAsync(Ct));
            await transaction.CommitAsync(Ct);
            return job.Id;
        });

        Assert.Equal((id, "hat"), await _shop.RanAsync(Ct));
    }

    [Fact]
    public async Task A_rollback_takes_the_jobs_of_every_form_with_the_order()
    {
        await _shop.InContextAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Ct);
            db.Orders.Add(new Order { Article = "hat" });
            await db.SaveChangesAsync(Ct);
            await _shop.Jobs.EnqueueAsync(db, new Pack("hat"), new() { UniqueKey = "hat" }, Ct);
            await _shop.Jobs.EnqueueAsync(db, "shop.pack", """{"article":"hat"}"""u8.ToArray(), cancellationToken: Ct);
            await _shop.Jobs.EnqueueManyAsync(db, [new Pack("hat"), new Pack("scarf")], cancellationToken: Ct);
            await _shop.Jobs.EnqueueManyAsync(db, [new JobDraft("shop.pack", """{"article":"hat"}"""u8.ToArray())], Ct);
            await transaction.RollbackAsync(Ct);
            return 0;
        });

        Assert.Equal(0, await _shop.JobsAsync(Ct));
        Assert.False(await _shop.InContextAsync(db => db.Orders.AnyAsync(Ct)));
        Assert.False((await _shop.Jobs.EnqueueAsync(new Pack("cap"), new() { UniqueKey = "hat" }, Ct)).Deduplicated);
    }

    [Fact]
    public async Task Without_a_transaction_nothing_is_stored_and_the_ways_out_are_named()
    {
        var refused = await _shop.InContextAsync(
            db => Assert.ThrowsAsync<PawlException>(() => _shop.Jobs.EnqueueAsync(db, new Pack("hat"), cancellationToken: Ct)));

        Assert.Equal("transaction_missing", refused.Code);
        Assert.Contains("AddPawlOutbox", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await _shop.JobsAsync(Ct));
    }

    [Fact]
    public async Task A_transaction_of_another_database_is_refused_and_stays_usable()
    {
        var other = await server.DatabaseAsync();
        await using var elsewhere = new Shop(new DbContextOptionsBuilder().UseNpgsql(other).Options);
        await elsewhere.Database.EnsureCreatedAsync(Ct);
        await using var transaction = await elsewhere.Database.BeginTransactionAsync(Ct);

        var refused = await Assert.ThrowsAsync<PawlException>(
            () => _shop.Jobs.EnqueueAsync(elsewhere, new Pack("hat"), cancellationToken: Ct));

        Assert.Equal("transaction_foreign", refused.Code);
        elsewhere.Orders.Add(new Order { Article = "hat" });
        await elsewhere.SaveChangesAsync(Ct);
        await transaction.CommitAsync(Ct);
        Assert.Equal(1, await elsewhere.Orders.CountAsync(Ct));
    }
}
