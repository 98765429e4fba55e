using System.Text.Json;
using Npgsql;
using Pawl.Postgres;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>Counts are what is kept and what was appended since; folding moves the one into the other.</summary>
public sealed class FoldTests(Databases databases) : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 30, TimeSpan.Zero);
    private string _database = "";
    private PostgresStore _store = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await databases.TakeAsync();
        _store = PostgresStore.Open(_database);
        await _store.MigrateAsync(apply: false, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
            await databases.GiveBackAsync(_database);
        }
    }

    [Fact]
    public async Task A_fold_changes_nothing_that_is_seen_and_leaves_nothing_to_fold()
    {
        await EnqueueAsync(3, "mail");
        Assert.True(await _store.FoldAsync(Ct) > 0);
        await EnqueueAsync(2, "mail");
        await EnqueueAsync(1, "report");
        var before = await CountsAsync();

        Assert.True(await _store.FoldAsync(Ct) > 0);

        Assert.Equal(before, await CountsAsync());
        Assert.Equal(0, await _store.FoldAsync(Ct));
        Assert.Equal(5, Assert.Single(await _store.LinesAsync(Ct), line => line.Type == "mail").Counts[JobState.Queued]);
        Assert.Equal([5, 1], (await _store.MinutesAsync(Now.AddMinutes(-1), Ct)).Select(minute => minute.Created));
    }

    [Fact]
    public async Task Who_finds_another_at_folding_leaves_it_to_that_one()
    {
        await EnqueueAsync(1, "mail");
        await using var other = new NpgsqlConnection(_database);
        await other.OpenAsync(Ct);
        await using var folding = await other.BeginTransactionAsync(Ct);
        await using var locks = new NpgsqlCommand(PostgresStore.LockFold, other);
        await locks.ExecuteScalarAsync(Ct);

        Assert.Equal(0, await _store.FoldAsync(Ct));

        await folding.CommitAsync(Ct);
        Assert.True(await _store.FoldAsync(Ct) > 0);
    }

    private async Task EnqueueAsync(int count, string type)
    {
        var job = new NewJob { Type = type, Queue = "default", Payload = "{}"u8.ToArray() };
        Assert.Null((await _store.EnqueueAsync(new EnqueueRequest([.. Enumerable.Repeat(job, count)], Now), Ct)).Refusal);
    }

    private async Task<string> CountsAsync() => JsonSerializer.Serialize(
        new { Lines = await _store.LinesAsync(Ct), Minutes = await _store.MinutesAsync(Now.AddMinutes(-1), Ct) });
}
