using Microsoft.Data.Sqlite;
using Pawl.Sqlite;

namespace Pawl.Storage.Tests.OnlySqlite;

/// <summary>Rows that somebody damaged by hand, or a disk: the job ends, and those behind it in its line start.</summary>
public sealed class DamagedRows : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = TempFolder.InMemory();
    private ulong _tokens;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Place => _folder["jobs.db"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("update job_body set trigger = 'nobody' where id = 1")]
    [InlineData("update job_body set force = 'much' where id = 1")]
    [InlineData("update job_body set tags = '{' where id = 1")]
    [InlineData("update job_body set versions = '[1]' where id = 1")]
    [InlineData("update job_body set deadline_at = 9000000000000000000 where id = 1")]
    [InlineData("delete from job_body where id = 1")]
    public async Task A_job_whose_row_is_damaged_fails_as_corrupt_and_those_behind_it_start(string damage)
    {
        await using (var store = await OpenAsync())
        {
            await store.EnqueueAsync(new EnqueueRequest([.. Enumerable.Repeat(Job, 6)], Now), Ct);
        }

        Run(damage);
        await using (var store = await OpenAsync())
        {
            Assert.Equal([2, 3, 4, 5, 6], await ClaimAllAsync(store));

            var told = await store.EventsAsync(new EventQuery(Limit: 100, Job: new JobId(1)), Ct);
            Assert.Equal([EventKind.Created, EventKind.Started, EventKind.Failed], told.Select(record => record.Kind));
            var line = Assert.Single(await store.LinesAsync(Ct));
            Assert.All(
                await store.GetAsync([new JobId(1)], Ct), job => Assert.Equal((JobState.Failed, "corrupt"), (job.State, job.Error?.Code)));
            Assert.Equal((1, 5, 1), (line.Counts[JobState.Failed], line.Counts[JobState.Running], line.Dead));
        }

        Assert.Equal(1, Count("select count(*) from job where id = 1 and state = 'failed'"));
        Assert.Equal(1, Count("select count(*) from job_end where id = 1 and error ->> 'code' = 'corrupt'"));
        Assert.Equal(1, Count("select count(*) from attempt where job_id = 1 and outcome = 'failed' and error ->> 'code' = 'corrupt'"));
        Assert.Empty(FileFaults.In(Place));
    }

    [Theory]
    [InlineData("update job_body set trigger = 'nobody' where id = 3")]
    [InlineData("update job_body set tags = '{' where id = 3")]
    [InlineData("update job_body set deadline_at = 9000000000000000000 where id = 3")]
    [InlineData("update job set run_at = 9000000000000000000 where id = 3")]
    [InlineData("insert into job_end (id, error) values (3, 'oh')")]
    public async Task A_damaged_job_is_shown_with_what_is_left_of_it_and_hides_no_other(string damage)
    {
        await using (var store = await OpenAsync())
        {
            await store.EnqueueAsync(new EnqueueRequest([.. Enumerable.Repeat(Job, 6)], Now), Ct);
        }

        Run(damage);
        await using (var store = await OpenAsync())
        {
            var job = Assert.Single(await store.GetAsync([new JobId(3)], Ct));
            Assert.Equal(("mail", JobState.Queued, "corrupt"), (job.Type, job.State, job.Error?.Code));
            var page = await store.ListAsync(new JobQuery { Limit = 4 }, Ct);
            Assert.Equal([6, 5, 4, 3], page.Jobs.Select(one => one.Id.Value));
            Assert.Empty((await store.ListAsync(new JobQuery { Tags = new Dictionary<string, string> { ["a"] = "b" } }, Ct)).Jobs);
        }
    }

    [Fact]
    public async Task A_page_whose_last_job_has_lost_its_body_leads_on()
    {
        await using (var store = await OpenAsync())
        {
            await store.EnqueueAsync(new EnqueueRequest([.. Enumerable.Repeat(Job, 3)], Now), Ct);
        }

        Run("delete from job_body where id = 2");
        await using (var store = await OpenAsync())
        {
            var page = await store.ListAsync(new JobQuery { Limit = 2 }, Ct);
            Assert.Equal([3], page.Jobs.Select(one => one.Id.Value));
            Assert.Equal(new JobId(2), page.Next);
            Assert.Equal([1], (await store.ListAsync(new JobQuery { Limit = 2, After = page.Next }, Ct)).Jobs.Select(one => one.Id.Value));
        }
    }

    [Fact]
    public async Task A_job_whose_last_error_cannot_be_read_fails_as_corrupt_too()
    {
        await using (var store = await OpenAsync())
        {
            await store.EnqueueAsync(new EnqueueRequest([Job], Now), Ct);
            Assert.Equal([1], await ClaimAllAsync(store));
        }

        Run("update job set state = 'queued', worker_id = null, lease_token = null, attempt = 0 where id = 1");
        Run("update job set attempt = 1, row_version = 3 where id = 1; insert into job_end (id, error) values (1, 'oh')");
        Run("update line_count set n = (state = 'queued')");
        Run("""
            insert into attempt (job_id, attempt, generation, worker_id, lease_token, outcome, started_at, ended_at, wait_us, started_seq,
                ended_seq)
            values (1, 1, 1, 1, x'00', 'released', 0, 0, 0, 0, 0)
            """);
        await using (var store = await OpenAsync())
        {
            Assert.Empty(await ClaimAllAsync(store));
            Assert.Equal("corrupt", Assert.Single(await store.GetAsync([new JobId(1)], Ct)).Error?.Code);
        }

        Assert.Empty(FileFaults.In(Place));
    }

    private static NewJob Job => new() { Type = "mail", Queue = "default", Payload = "{}"u8.ToArray() };

    private async Task<SqliteStore> OpenAsync()
    {
        var store = SqliteStore.Open($"Data Source={Place}");
        await store.MigrateAsync(apply: true, Ct);
        return store;
    }

    /// <summary>Claims until two in a row give nothing.</summary>
    private async Task<IReadOnlyList<long>> ClaimAllAsync(SqliteStore store)
    {
        var facts = new WorkerFacts { Name = "w", Host = "h", Pid = 1, Version = "1", Slots = 8 };
        var worker = await store.RegisterAsync(facts, Now, Ct);
        var all = new List<long>();
        for (var empty = 0; empty < 2;)
        {
            var some = await store.ClaimAsync(
                new ClaimRequest
                {
                    WorkerId = worker,
                    Token = new LeaseToken(1, ++_tokens),
                    Now = Now,
                    Lines = [new("default", "mail", 1000)],
                    Slots = 2,
                },
                Ct);
            all.AddRange(some.Select(job => job.Lease.Job.Value));
            empty = some.Count == 0 ? empty + 1 : 0;
        }

        return [.. all.Order()];
    }

    private void Run(string script)
    {
        using var db = Connection.Open(Place, SqliteOpenMode.ReadWrite);
        db.Execute("pragma foreign_keys = off");
        db.Execute(script);
    }

    private long Count(string sql)
    {
        using var db = Connection.Open(Place, SqliteOpenMode.ReadOnly);
        return db.Number(sql);
    }
}
