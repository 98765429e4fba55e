using Npgsql;
using Pawl.Postgres;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>A worker's sign of life waits for nobody: else whoever holds a lock on one of its jobs would make it look dead.</summary>
public sealed class SignOfLifeTests(Databases databases) : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
    private string _database = "";
    private PostgresStore _store = null!;
    private NpgsqlConnection _other = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await databases.TakeAsync();
        _store = PostgresStore.Open(_database, new PostgresOptions { Listen = false });
        await _store.MigrateAsync(apply: false, Ct);
        _other = new NpgsqlConnection(_database);
        await _other.OpenAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _other.DisposeAsync();
            await _store.DisposeAsync();
            await databases.GiveBackAsync(_database);
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task A_beat_is_stored_although_somebody_holds_the_jobs_that_it_tells_of()
    {
        var worker = await _store.RegisterAsync(
            new WorkerFacts { Name = "w", Host = "h", Pid = 1, Version = "1", Slots = 1, Types = ["mail"], Queues = ["default"] }, Now, Ct);
        await _store.EnqueueAsync(new EnqueueRequest([Job(), Job()], Now), Ct);
        var claimed = await _store.ClaimAsync(
            new ClaimRequest
            {
                WorkerId = worker, Token = new LeaseToken(7, 1), Now = Now, Slots = 1, Prefetch = 1, Lines = [new("default", "mail", 2)],
            },
            Ct);
        var ahead = Assert.Single(claimed, static job => job.Prefetched).Lease;
        await using var held = await _other.BeginTransactionAsync(Ct);
        await using (var hold = new NpgsqlCommand("select 1 from pawl.lease for update", _other, held))
        {
            await hold.ExecuteNonQueryAsync(Ct);
        }

        var during = await BeatAsync(worker, 7, ahead);
        await held.RollbackAsync(Ct);
        var after = await BeatAsync(worker, 8, ahead);

        Assert.Equal((true, 2), (during.Known, during.Held.Count));
        Assert.Empty(during.BegunStored!);
        Assert.Null(after.BegunStored);   // all
    }

    private async Task<HeartbeatReply> BeatAsync(long worker, long beat, Lease begun)
    {
        var reply = await _store.HeartbeatAsync(new HeartbeatRequest { WorkerId = worker, Beat = beat, Now = Now, Begun = [begun] }, Ct);
        await using var read = new NpgsqlConnection(_database);
        await read.OpenAsync(Ct);
        await using var stored = new NpgsqlCommand("select beat from pawl.worker", read);
        Assert.Equal(beat, await stored.ExecuteScalarAsync(Ct));
        return reply;
    }

    private static NewJob Job() => new() { Type = "mail", Queue = "default", Payload = "{}"u8.ToArray() };
}
