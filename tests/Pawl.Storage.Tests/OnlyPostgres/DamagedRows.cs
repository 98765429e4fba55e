using Npgsql;
using Pawl.Postgres;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>Rows that somebody damaged by hand, or a disk: the job ends, those behind it in its line start, and readers see what is left of
/// it.</summary>
public sealed class DamagedRows(Databases databases) : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
    private string _database = "";
    private PostgresStore _store = null!;
    private ulong _tokens;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static NewJob Job => new() { Type = "mail", Queue = "default", Payload = "{}"u8.ToArray() };

    public async ValueTask InitializeAsync()
    {
        _database = await databases.TakeAsync();
        _store = PostgresStore.Open(_database);
        await _store.MigrateAsync(apply: false, Ct);

        // The first has a shape of its own, for shapes are shared.
        await _store.EnqueueAsync(new EnqueueRequest([Job with { Kind = "odd" }, .. Enumerable.Repeat(Job, 5)], Now), Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
            await databases.GiveBackAsync(_database);
        }
    }

    [Theory]
    [InlineData("update pawl.shape set trigger = 'nobody' where kind = 'odd'")]
    [InlineData("update pawl.shape set force = 'much' where kind = 'odd'")]
    [InlineData("update pawl.shape set versions = '[1]' where kind = 'odd'")]
    [InlineData("update pawl.job set tags = '{' where id = 1")]
    [InlineData("update pawl.job set deadline_at = 9000000000000000000 where id = 1")]
    public async Task A_job_whose_row_is_damaged_fails_as_corrupt_and_those_behind_it_start(string damage)
    {
        await RunAsync(damage);

        var before = Assert.Single(await _store.GetAsync([new JobId(1)], Ct));
        Assert.Equal(("mail", JobState.Queued, "corrupt"), (before.Type, before.State, before.Error?.Code));
        Assert.Equal([2, 3, 4, 5, 6], await ClaimAllAsync());

        var job = Assert.Single(await _store.GetAsync([new JobId(1)], Ct));
        Assert.Equal((JobState.Failed, 1, "corrupt"), (job.State, job.Attempt, job.Error?.Code));
        var attempt = Assert.Single(await _store.AttemptsAsync(job.Id, Ct));
        Assert.Equal((Outcome.Failed, "corrupt"), (attempt.Outcome, attempt.Error?.Code));
        Assert.Equal([EventKind.Created, EventKind.Started, EventKind.Failed], await KindsAsync());
        await AssertCountsAsync();
    }

    [Fact]
    public async Task A_job_that_has_lost_its_body_fails_and_those_behind_it_start()
    {
        await RunAsync("delete from pawl.job where id = 1");

        Assert.Equal([2, 3, 4, 5, 6], await ClaimAllAsync());

        Assert.Empty(await _store.GetAsync([new JobId(1)], Ct));
        Assert.Equal([EventKind.Started, EventKind.Failed], await KindsAsync());
        await AssertCountsAsync();
    }

    [Fact]
    public async Task A_job_whose_last_error_cannot_be_read_fails_as_corrupt_too()
    {
        var id = await RetriedAsync();
        await RunAsync("insert into pawl.job_end (id, error) values (1, 'oh'); update pawl.attempt set error = 'oh', recovery = '{'");

        Assert.Equal("corrupt", Assert.Single(await _store.AttemptsAsync(id, Ct)).Error?.Code);
        Assert.DoesNotContain(id.Value, await ClaimAllAsync());
        Assert.Equal((JobState.Failed, "corrupt"), Assert.Single(await _store.GetAsync([id], Ct)) is var job
            ? (job.State, job.Error?.Code)
            : default);
    }

    [Fact]
    public async Task A_list_shows_damaged_jobs_and_leads_past_those_that_have_lost_their_bodies()
    {
        await RunAsync("update pawl.job set tags = '{' where id = 5; update pawl.job set created_at = 9000000000000000000 where id = 4");
        var retried = await RetriedAsync();
        await _store.CancelAsync(new CancelRequest { Ids = [retried, new JobId(2)], Now = Now }, Ct);
        await RunAsync($"delete from pawl.job where id = {retried.Value}");

        var page = await _store.ListAsync(new JobQuery { Limit = 3 }, Ct);
        Assert.Equal([6, 5, 4], page.Jobs.Select(job => job.Id.Value));
        Assert.Equal([null, "corrupt", "corrupt"], page.Jobs.Select(job => job.Error?.Code));
        Assert.Empty((await _store.ListAsync(new JobQuery { Tags = new Dictionary<string, string> { ["a"] = "b" } }, Ct)).Jobs);
        page = await _store.ListAsync(new JobQuery { States = [JobState.Cancelled], Limit = 1, Ascending = true }, Ct);
        Assert.Equal([2], page.Jobs.Select(job => job.Id.Value));
        Assert.Null(page.Next);
    }

    /// <summary>The first job, which has failed once and waits in its line again.</summary>
    private async Task<JobId> RetriedAsync()
    {
        var claimed = await ClaimAsync(1);
        var end = new Settlement
        {
            Lease = Assert.Single(claimed).Lease,
            Outcome = Outcome.Failed,
            Event = JobEvent.RetryLater,
            RunAt = Now,
            WaitReason = WaitReason.Retry,
        };
        await _store.SettleAsync([end], Now, Ct);
        var leader = await _store.LeadAsync(new LeadRequest(await WorkerAsync()), Ct);
        await _store.PromoteAsync(new PromoteRequest(leader.Term, Now), Ct);
        return end.Lease.Job;
    }

    private async Task AssertCountsAsync()
    {
        var line = Assert.Single(await _store.LinesAsync(Ct));
        Assert.Equal((1, 5, 1), (line.Counts[JobState.Failed], line.Counts[JobState.Running], line.Dead));
    }

    private async Task<IEnumerable<EventKind>> KindsAsync() =>
        (await _store.EventsAsync(new EventQuery(Limit: 100, Job: new JobId(1)), Ct)).Select(told => told.Kind);

    private async Task<long> WorkerAsync() =>
        await _store.RegisterAsync(new WorkerFacts { Name = "w", Host = "h", Pid = 1, Version = "1", Slots = 8 }, Now, Ct);

    private async Task<IReadOnlyList<Claimed>> ClaimAsync(int slots) => await _store.ClaimAsync(
        new ClaimRequest
        {
            WorkerId = await WorkerAsync(),
            Token = new LeaseToken(1, ++_tokens),
            Now = Now,
            Lines = [new("default", "mail", 1000)],
            Slots = slots,
        },
        Ct);

    /// <summary>Claims until two in a row give nothing.</summary>
    private async Task<IReadOnlyList<long>> ClaimAllAsync()
    {
        var all = new List<long>();
        for (var empty = 0; empty < 2;)
        {
            var some = await ClaimAsync(2);
            all.AddRange(some.Select(job => job.Lease.Job.Value));
            empty = some.Count == 0 ? empty + 1 : 0;
        }

        return [.. all.Order()];
    }

    private async Task RunAsync(string script)
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var command = source.CreateCommand(script);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
