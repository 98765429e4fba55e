using Microsoft.Data.Sqlite;
using Pawl.Sqlite;

namespace Pawl.Storage.Tests.OnlySqlite;

/// <summary>Jobs that run by the lease of their batch: their rows say nothing of it until somebody looks.</summary>
public sealed class BatchLeasesTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = TempFolder.InMemory();
    private ulong _tokens;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Place => _folder["jobs.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_batch_costs_one_row_and_its_jobs_are_written_once_when_they_succeed()
    {
        await using var store = await OpenAsync();
        var claimed = await ClaimAsync(store, 6);

        Assert.Equal(1, Count("select count(*) from lease"));
        Assert.Equal(6, Count("select count(*) from job where state = 'queued' and attempt = 0"));

        await SucceedAsync(store, claimed.Take(5));
        Assert.Equal(1, Count("select count(*) from lease"));
        await SucceedAsync(store, claimed.Skip(5));

        Assert.Equal(0, Count("select count(*) from lease"));
        Assert.Equal(6, Count("select count(*) from job where state = 'succeeded' and attempt = 1 and started_seq > created_seq"));
        Assert.Equal(6, Count("""
            select count(*) from attempt_all where outcome = 'succeeded' and worker_id > 0 and started_seq < ended_seq
            """));
    }

    [Fact]
    public async Task Whoever_looks_sees_them_running()
    {
        await using var store = await OpenAsync();
        var claimed = await ClaimAsync(store, 8);
        var (one, two) = (claimed[0].Lease, claimed[1].Lease);

        var job = Assert.Single(await store.GetAsync([one.Job], Ct));
        var attempt = Assert.Single(await store.AttemptsAsync(two.Job, Ct));
        Assert.Equal((JobState.Running, 1, Now), (job.State, job.Attempt, job.StartedAt));
        Assert.Equal((1, Now), (attempt.Attempt, attempt.StartedAt));
        Assert.Equal(6, Count("select count(*) from job where state = 'queued'"));   // looking at one writes no other

        Assert.Equal(8, (await store.WorkersAsync(Ct)).Single().Running);
        Assert.Equal(6, Count("select count(*) from job where state = 'queued'"));   // nor does counting

        Assert.Equal(8, (await store.ListAsync(new JobQuery { States = [JobState.Running] }, Ct)).Jobs.Count);
        Assert.Equal(8, (await store.WorkersAsync(Ct)).Single().Running);
        Assert.Equal(0, Count("select count(*) from lease"));
    }

    [Fact]
    public async Task The_log_of_one_that_has_said_nothing_yet_is_not_at_its_end()
    {
        await using var store = await OpenAsync();
        var claimed = await ClaimAsync(store, 4);

        var page = await store.LogAsync(new LogQuery(claimed[0].Lease.Job), Ct);

        Assert.Equal((1, false), (page.Attempt, page.Ended));
    }

    [Fact]
    public async Task The_oldest_that_waits_is_not_one_that_runs()
    {
        await using var store = await OpenAsync();
        await ClaimAsync(store, 4);
        await store.EnqueueAsync(new EnqueueRequest([Job], Now.AddMinutes(7)), Ct);

        Assert.Equal(Now.AddMinutes(7), (await store.LinesAsync(Ct)).Single().OldestRunnableAt);
    }

    [Fact]
    public async Task After_a_crash_they_are_lost_or_given_back_like_any_others()
    {
        string crashed;
        IReadOnlyList<Claimed> claimed;
        long worker;
        await using (var store = await OpenAsync())
        {
            claimed = await ClaimAsync(store, 4, prefetch: 3);
            worker = (await store.WorkersAsync(Ct)).Single().Id;
            claimed = [.. claimed, .. await ClaimAsync(store, 4, prefetch: 3, worker)];
            await SucceedAsync(store, claimed.Where(job => !job.Prefetched).Take(1));
            crashed = _folder["crashed.db"];
            using var source = Connection.Open(Place, SqliteOpenMode.ReadOnly);   // past the store, which would write them out
            using var target = Connection.Open(crashed, SqliteOpenMode.ReadWriteCreate);
            source.CopyTo(target);
        }

        await using var later = await OpenAsync(crashed);
        var leader = await later.RegisterAsync(Facts, Now, Ct);
        var term = (await later.LeadAsync(new LeadRequest(leader), Ct)).Term;
        var beat = (await later.WorkersAsync(Ct)).Single(row => row.Id == worker).Beat;
        var lost = await later.LoseAsync(new LoseRequest { Term = term, WorkerId = worker, SeenBeat = beat, Now = Now }, Ct);

        Assert.Equal(claimed.Count - 1, lost.Lost.Count);
        var jobs = await later.GetAsync([.. claimed.Select(job => job.Lease.Job)], Ct);
        foreach (var (job, before) in jobs.OrderBy(job => job.Id).Zip(claimed.OrderBy(job => job.Lease.Job)))
        {
            var expected = before == claimed.First(one => !one.Prefetched) ? (JobState.Succeeded, 0)
                : (JobState.Queued, before.Prefetched ? 0 : 1);
            Assert.Equal(expected, (job.State, job.Losses));
        }
    }

    [Fact]
    public async Task A_look_that_finds_many_at_the_front_goes_on_behind_them_and_misses_nobody_who_comes_in_before()
    {
        await using var store = await OpenAsync();
        var worker = await store.RegisterAsync(Facts, Now, Ct);
        var first = await ClaimAsync(store, 10, worker: worker);
        var second = await ClaimAsync(store, 10, worker: worker);
        var urgent = (await store.EnqueueAsync(new EnqueueRequest([Job with { Priority = 5 }], Now), Ct)).Jobs[0].Id;
        var early = (await store.EnqueueAsync(new EnqueueRequest([Job], Now.AddMinutes(-1)), Ct)).Jobs[0].Id;
        var late = (await store.EnqueueAsync(new EnqueueRequest([Job], Now.AddMinutes(1)), Ct)).Jobs[0].Id;

        var third = await store.ClaimAsync(Ask(worker, 10, 0), Ct);

        Assert.Empty(first.Select(job => job.Lease.Job).Intersect(second.Select(job => job.Lease.Job)));
        Assert.Equal([urgent, early, late], third.Select(job => job.Lease.Job));

        var back = first[3].Lease;
        await store.SettleAsync([new Settlement { Lease = back, Outcome = Outcome.Released, Event = JobEvent.Released }], Now, Ct);
        Assert.Equal(back.Job, Assert.Single(await store.ClaimAsync(Ask(worker, 10, 0), Ct)).Lease.Job);
    }

    private static WorkerFacts Facts => new() { Name = "w", Host = "h", Pid = 1, Version = "1", Slots = 8 };

    private static NewJob Job => new() { Type = "mail", Queue = "default", Payload = "{}"u8.ToArray() };

    private async Task<SqliteStore> OpenAsync(string? path = null)
    {
        var store = SqliteStore.Open($"Data Source={path ?? Place}");
        await store.MigrateAsync(apply: true, Ct);
        return store;
    }

    private ClaimRequest Ask(long worker, int slots, int prefetch) => new()
    {
        WorkerId = worker,
        Token = new LeaseToken(1, ++_tokens),
        Now = Now,
        Lines = [new("default", "mail", 1000)],
        Slots = slots,
        Prefetch = prefetch,
    };

    private async Task<IReadOnlyList<Claimed>> ClaimAsync(SqliteStore store, int count, int prefetch = 0, long? worker = null)
    {
        await store.EnqueueAsync(new EnqueueRequest([.. Enumerable.Repeat(Job, count)], Now), Ct);
        var claimed = await store.ClaimAsync(Ask(worker ?? await store.RegisterAsync(Facts, Now, Ct), count - prefetch, prefetch), Ct);
        Assert.Equal(count, claimed.Count);
        return claimed;
    }

    private static async Task SucceedAsync(SqliteStore store, IEnumerable<Claimed> jobs)
    {
        var ends = jobs.Select(job => new Settlement { Lease = job.Lease, Outcome = Outcome.Succeeded, Event = JobEvent.Completed });
        Assert.All(await store.SettleAsync([.. ends], Now, Ct), reply => Assert.Equal(Settled.Done, reply.What));
    }

    private long Count(string sql)
    {
        using var db = Connection.Open(Place, SqliteOpenMode.ReadOnly);
        return db.Number(sql);
    }
}
