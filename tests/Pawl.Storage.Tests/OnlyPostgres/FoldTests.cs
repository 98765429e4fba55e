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

    [Fact]
    public async Task Times_failures_and_ledgers_add_up_over_folds()
    {
        var worker = await _store.RegisterAsync(
            new WorkerFacts { Name = "w", Host = "h", Pid = 1, Version = "1", Slots = 8, Types = ["mail"] }, Now, Ct);
        for (var round = 0; round < 3; round++)
        {
            await RunAsync(worker, round);
            var before = await FactsAsync();
            Assert.True(await _store.FoldAsync(Ct) > 0);
            Assert.Equal(before, await FactsAsync());
        }

        var failure = Assert.Single(await _store.FailuresAsync(new FailureQuery(Now), Ct));
        Assert.Equal((3, 3, Now.AddSeconds(2)), (Assert.Single(failure.Hours).Attempts, failure.Dead, failure.LastSeen));
        Assert.Equal("code2", failure.Error.Code);
        var rollup = Assert.Single(await _store.RollupsAsync(new RollupQuery(Now, TimeSpan.FromMinutes(1), Times: true), Ct));
        Assert.Equal((9, 9), (rollup.Waits.Count, rollup.Runs.Count));
        Assert.Equal(new DatasetRow("commits", 1, 2, Now.AddSeconds(2)), Assert.Single(await _store.DatasetsAsync(Ct)));
        Assert.Equal(0, await _store.FoldAsync(Ct));
    }

    /// <summary>Two jobs that succeed and one that fails, with an item each round: a success, then a failure, then another.</summary>
    private async Task RunAsync(long worker, int round)
    {
        await EnqueueAsync(3, "mail");
        var now = Now.AddSeconds(round);
        var claimed = await _store.ClaimAsync(
            new ClaimRequest
            {
                WorkerId = worker, Token = new LeaseToken(1, (ulong)round), Now = now, Lines = [new("default", "mail", 10)], Slots = 3,
            },
            Ct);
        var items = new AttemptSave
        {
            Lease = claimed[2].Lease,
            Items =
            [
                new() { Dataset = "commits", Key = $"k{round}", Outcome = round == 1 ? ItemOutcome.Failed : ItemOutcome.Succeeded },
                new() { Dataset = "commits", Key = "k0", Outcome = round == 2 ? ItemOutcome.Failed : ItemOutcome.Succeeded },
            ],
        };
        Assert.Equal(Settled.Done, Assert.Single(await _store.SaveAsync([items], now, Ct)).What);
        var error = new JobError
        {
            Category = ErrorCategory.Network,
            Code = $"code{round}",
            Message = "away",
            Disposition = Disposition.Fail,
            Rule = "r",
            Fingerprint = "9c1f0b7e",
            OccurredAt = now,
        };
        var run = TimeSpan.FromMilliseconds(20);
        var replies = await _store.SettleAsync(
            [
                new() { Lease = claimed[0].Lease, Outcome = Outcome.Succeeded, Event = JobEvent.Completed, Run = run },
                new() { Lease = claimed[1].Lease, Outcome = Outcome.Succeeded, Event = JobEvent.Completed, Run = run },
                new() { Lease = claimed[2].Lease, Outcome = Outcome.Failed, Event = JobEvent.FailedForGood, Error = error, Run = run },
            ],
            now,
            Ct);
        Assert.All(replies, reply => Assert.Equal(Settled.Done, reply.What));
    }

    private async Task<string> FactsAsync() => JsonSerializer.Serialize(new
    {
        Failures = await _store.FailuresAsync(new FailureQuery(Now), Ct),
        Rollups = await _store.RollupsAsync(new RollupQuery(Now, TimeSpan.FromMinutes(1), Times: true), Ct),
        Ledgers = await _store.DatasetsAsync(Ct),
    });

    private async Task EnqueueAsync(int count, string type)
    {
        var job = new NewJob { Type = type, Queue = "default", Payload = "{}"u8.ToArray() };
        Assert.Null((await _store.EnqueueAsync(new EnqueueRequest([.. Enumerable.Repeat(job, count)], Now), Ct)).Refusal);
    }

    private async Task<string> CountsAsync() => JsonSerializer.Serialize(
        new { Lines = await _store.LinesAsync(Ct), Minutes = await _store.MinutesAsync(Now.AddMinutes(-1), Ct) });
}
