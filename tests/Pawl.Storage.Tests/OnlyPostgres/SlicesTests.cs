using System.Globalization;
using System.Text.Json;
using Npgsql;
using Pawl.Postgres;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>Jobs stand in slices of numbers that are made ahead and dropped whole, and nothing that is only appended to stays for ever. On
/// databases of their own: their slices are of a size that others do not have.</summary>
public sealed class SlicesTests(Databases databases) : IAsyncLifetime
{
    private DateTimeOffset _now = new(2026, 3, 2, 10, 0, 30, TimeSpan.Zero);
    private string _database = "";
    private PostgresStore _store = null!;
    private long _worker;
    private ulong _token;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await databases.TakeBareAsync();
        _store = PostgresStore.Open(_database);
        await _store.MigrateAsync(apply: true, Ct);
        _store.LeastInSlice = 100;
        _worker = await _store.RegisterAsync(
            new WorkerFacts { Name = "w", Host = "h", Pid = 1, Version = "1", Slots = 500 }, _now, Ct);
    }

    public async ValueTask DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task The_next_slice_is_there_before_the_numbers_reach_it()
    {
        for (var n = 0; n < 12; n++)
        {
            await EnqueueAsync(40);
        }

        Assert.Equal(0, await NumberAsync("select count(*) from pawl.job_rest"));
        Assert.Equal(480, await NumberAsync("select count(*) from pawl.job"));
        Assert.True(await NumberAsync("select count(*) from pawl.slice") >= 5);
        Assert.Equal(0, await NumberAsync("select count(*) from pawl.slice s join pawl.slice n on n.id = s.id + 1 where n.lo <> s.hi"));
    }

    [Fact]
    public async Task Numbers_that_no_slice_was_made_for_become_one()
    {
        await EnqueueAsync(5);
        await EnqueueAsync(1000);
        Assert.Equal(0, await NumberAsync("select count(*) from pawl.job_rest"));
        Assert.Equal(1005, await NumberAsync("select count(*) from pawl.job"));

        await EnqueueAsync(100);
        var all = await RunAsync();

        Assert.Equal(1105, all.Count);
        Assert.Equal(1105, await NumberAsync("select count(*) from pawl.done"));
    }

    [Fact]
    public async Task An_old_slice_goes_whole_and_what_is_kept_longer_stays_as_it_was()
    {
        for (var n = 0; n < 6; n++)
        {
            await EnqueueAsync(50);
        }

        var waiting = (await EnqueueAsync(1, "other"))[0];
        for (var n = 0; n < 6; n++)
        {
            await EnqueueAsync(50);
        }

        var failed = await RunAsync(fail: 3);
        _now = _now.AddDays(8);
        var slices = await NumberAsync("select count(*) from pawl.slice");

        Assert.Equal(597, await RetainAsync());

        Assert.True(await NumberAsync("select count(*) from pawl.slice") <= slices - 4);
        Assert.Equal(0, await NumberAsync("select count(*) from pg_class where relname = 'job_1'"));
        Assert.Equal(4, await NumberAsync("select count(*) from pawl.job"));
        Assert.Equal(0, await NumberAsync("select count(*) from pawl.done"));
        var left = await _store.GetAsync([waiting, .. failed.Take(3)], Ct);
        Assert.Equal(4, left.Count);
        Assert.Equal(JobState.Queued, Assert.Single(left, job => job.Id == waiting).State);
        Assert.Equal(3, left.Count(job => job.State == JobState.Failed));
        Assert.Equal(
            [("mail", 0, 3, 0), ("other", 0, 0, 1)],
            (await _store.LinesAsync(Ct)).Select(line => (
                line.Type, (int)line.Counts[JobState.Succeeded], (int)line.Counts[JobState.Failed], (int)line.Counts[JobState.Queued])));
        Assert.Equal([waiting], await RunAsync(type: "other"));
        Assert.Equal(0, await NumberAsync("select count(*) from pawl.lease where started_at < 1773000000000000 and open"));
    }

    [Fact]
    public async Task A_slice_in_use_by_a_reader_is_left_for_later()
    {
        for (var n = 0; n < 4; n++)
        {
            await EnqueueAsync(50);
        }

        await RunAsync();
        _now = _now.AddDays(8);
        await using (var other = new NpgsqlConnection(_database))
        {
            await other.OpenAsync(Ct);
            await using var reading = await other.BeginTransactionAsync(Ct);
            await using var read = new NpgsqlCommand("select count(*) from pawl.job", other);
            await read.ExecuteScalarAsync(Ct);
            Assert.Equal(1, await NumberAsync("select count(*) from pg_class where relname = 'job_1'"));
            await RetainAsync();
            Assert.Equal(1, await NumberAsync("select count(*) from pg_class where relname = 'job_1'"));
        }

        await RetainAsync();
        Assert.Equal(0, await NumberAsync("select count(*) from pg_class where relname = 'job_1'"));
        Assert.Equal(0, await NumberAsync("select count(*) from pawl.job"));
    }

    [Fact]
    public async Task The_leaders_look_at_due_jobs_folds_numbers_and_closes_what_is_left()
    {
        await EnqueueAsync(5);
        await RunAsync();
        await RunSqlAsync("update pawl.lease set open = true");
        var term = await TermAsync();
        Assert.True(await NumberAsync("select count(*) from pawl.delta") > 0);
        Assert.True(await NumberAsync("select count(*) from pawl.event_in") > 0);
        var before = JsonSerializer.Serialize(await _store.LinesAsync(Ct));

        await _store.PromoteAsync(new PromoteRequest(term, _now), Ct);

        Assert.Equal(0, await NumberAsync("select count(*) from pawl.delta"));
        Assert.Equal(0, await NumberAsync("select count(*) from pawl.event_in"));
        Assert.Equal(0, await NumberAsync("select count(*) from pawl.lease where open"));
        Assert.Equal(before, JsonSerializer.Serialize(await _store.LinesAsync(Ct)));
    }

    [Fact]
    public async Task A_purged_job_is_not_held_while_others_of_its_lease_run()
    {
        await EnqueueAsync(2);
        var claimed = await ClaimAsync("mail");
        await SettleAsync([claimed[0]]);

        await _store.PurgeAsync(new PurgeRequest([claimed[0].Lease.Job], _now, null), Ct);

        var held = await _store.HeartbeatAsync(new HeartbeatRequest { WorkerId = _worker, Beat = 1, Now = _now }, Ct);
        Assert.Equal([claimed[1].Lease.Job], held.Held.Select(lease => lease.Lease.Job));
    }

    private async Task<IReadOnlyList<JobId>> EnqueueAsync(int count, string type = "mail")
    {
        var job = new NewJob { Type = type, Queue = "default", Payload = "{}"u8.ToArray() };
        var reply = await _store.EnqueueAsync(new EnqueueRequest([.. Enumerable.Repeat(job, count)], _now), Ct);
        return [.. reply.Jobs.Select(one => one.Id)];
    }

    private async Task<IReadOnlyList<Claimed>> ClaimAsync(string type) => await _store.ClaimAsync(
        new ClaimRequest
        {
            WorkerId = _worker,
            Token = new LeaseToken(7, ++_token),
            Now = _now,
            Lines = [new ClaimLine("default", type, 500)],
            Slots = 500,
        },
        Ct);

    /// <summary>Runs all that waits; the first ones fail for good.</summary>
    private async Task<List<JobId>> RunAsync(int fail = 0, string type = "mail")
    {
        var ran = new List<JobId>();
        while (await ClaimAsync(type) is { Count: > 0 } claimed)
        {
            await SettleAsync(claimed, fail);
            ran.AddRange(claimed.Select(job => job.Lease.Job));
            fail = 0;
        }

        return ran;
    }

    private async Task SettleAsync(IReadOnlyList<Claimed> claimed, int fail = 0) => await _store.SettleAsync(
        [.. claimed.Select((job, n) => new Settlement
        {
            Lease = job.Lease,
            Outcome = n < fail ? Outcome.Failed : Outcome.Succeeded,
            Event = n < fail ? JobEvent.FailedForGood : JobEvent.Completed,
        })],
        _now,
        Ct);

    private async Task<long> TermAsync() => (await _store.LeadAsync(new LeadRequest(_worker), Ct)).Term;

    private async Task<int> RetainAsync()
    {
        var (removed, after) = (0, (JobId?)default(JobId));
        var term = await TermAsync();
        while (after is { } from)
        {
            var reply = await _store.RetainAsync(new RetainRequest { Term = term, Now = _now, After = from }, Ct);
            Assert.True(reply.Accepted);
            (removed, after) = (removed + reply.Removed, reply.Next);
        }

        return removed;
    }

    private async Task<long> NumberAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Ct), CultureInfo.InvariantCulture);
    }

    private async Task RunSqlAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
