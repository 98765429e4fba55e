namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task Failures_that_are_alike_are_gathered_with_the_last_of_them()
    {
        var begun = Now;
        var worker = await WorkerAsync();
        var first = await RunningAsync(worker: worker);
        await EndAsync(Failure(first));
        Pass(TimeSpan.FromMinutes(1));
        var second = await RunningAsync(worker: worker);
        await EndAsync(Failure(second) with { Error = Error(code: "http_503") });
        var other = await RunningAsync(worker: worker);
        await EndAsync(Failure(other) with { Error = Error() with { Fingerprint = "11111111" } });

        var rows = await FailuresAsync();

        Assert.Equal(["11111111", "9c1f0b7e"], rows.Select(row => row.Fingerprint).Order());
        var row = Assert.Single(rows, row => row.Fingerprint == "9c1f0b7e");
        Assert.Equal(("default", "mail", "http_503"), (row.Queue, row.Type, row.Error.Code));
        Assert.Equal((begun, Now, second.Lease.Job), (row.FirstSeen, row.LastSeen, row.SampleJob));
        Assert.Equal(2, row.Dead);
        var hour = Assert.Single(row.Hours);
        Assert.Equal((worker, 2, 2, 2), (hour.WorkerId, hour.Attempts, hour.Jobs, hour.NewJobs));
        Assert.Equal((0, 0, 0), (hour.Hour.Minute, hour.Hour.Second, hour.Hour.Microsecond));
        Assert.Equal("9c1f0b7e", Assert.Single(await FailuresAsync("9c1f0b7e")).Fingerprint);
        Assert.Empty(await FailuresAsync("22222222"));
    }

    [Fact]
    public async Task A_job_that_fails_again_is_counted_once_an_hour_and_as_new_once()
    {
        var worker = await WorkerAsync();
        var job = await RunningAsync(worker: worker);
        await EndAsync(Again(job, TimeSpan.FromSeconds(1)));
        await FailAgainAsync(TimeSpan.FromSeconds(1));
        await FailAgainAsync(TimeSpan.FromHours(1));

        var row = Assert.Single(await FailuresAsync());
        Assert.Equal([(2, 1, 1), (1, 1, 0)], row.Hours.Select(hour => (hour.Attempts, hour.Jobs, hour.NewJobs)));
        Assert.Equal(0, row.Dead);

        async Task FailAgainAsync(TimeSpan pass)
        {
            Pass(pass);
            await PromoteAsync();
            await EndAsync(Again(await ClaimOneAsync(worker), TimeSpan.FromSeconds(1)));
        }
    }

    [Fact]
    public async Task A_failure_is_counted_as_dead_until_somebody_does_something_about_it()
    {
        var ids = new List<JobId>();
        for (var n = 0; n < 4; n++)
        {
            var job = await RunningAsync();
            await EndAsync(Failure(job));
            ids.Add(job.Lease.Job);
        }

        Assert.Equal(4, await DeadAsync());
        await Store.DismissAsync(new DismissRequest([ids[0]], true, Now), Ct);
        Assert.Equal(3, await DeadAsync());
        await Store.DismissAsync(new DismissRequest([ids[0]], false, Now), Ct);
        Assert.Equal(4, await DeadAsync());
        await Store.RetryAsync(new RetryRequest { Ids = [ids[1]], Now = Now, Force = true }, Ct);
        Assert.Equal(3, await DeadAsync());
        await Store.PurgeAsync(new PurgeRequest([ids[2], ids[3]], Now), Ct);
        Assert.Equal(1, await DeadAsync());

        async Task<long> DeadAsync() => Assert.Single(await FailuresAsync()).Dead;
    }

    [Fact]
    public async Task An_attempt_that_was_lost_is_a_failure_too()
    {
        var worker = await WorkerAsync();
        var job = await RunningAsync(worker: worker);
        await Store.LoseAsync(new LoseRequest { Term = await TermAsync(), WorkerId = worker, SeenBeat = 0, Now = Now }, Ct);

        var row = Assert.Single(await FailuresAsync());
        Assert.Equal(("lost", job.Lease.Job), (row.Error.Code, row.SampleJob));
    }

    [Fact]
    public async Task A_success_and_a_snooze_are_no_failures()
    {
        await EndAsync(Success(await RunningAsync()));
        await EndAsync(Snooze(await RunningAsync()));

        Assert.Empty(await FailuresAsync());
    }

    [Fact]
    public async Task Failures_are_looked_back_at_as_far_as_asked_and_forgotten_in_the_end()
    {
        await EndAsync(Failure(await RunningAsync()));
        Pass(TimeSpan.FromHours(3));
        Assert.Single(await Store.FailuresAsync(new FailureQuery(Now.AddHours(-3)), Ct));
        Assert.Empty(await Store.FailuresAsync(new FailureQuery(Now.AddHours(-2)), Ct));

        Pass(TimeSpan.FromDays(31));
        await Store.PromoteAsync(new PromoteRequest(await TermAsync(), Now), Ct);
        await Store.RetainAsync(new RetainRequest { Term = await TermAsync(), Now = Now }, Ct);
        Assert.Empty(await Store.FailuresAsync(new FailureQuery(DateTimeOffset.UnixEpoch), Ct));
    }

    private async Task<IReadOnlyList<FailureRow>> FailuresAsync(string? fingerprint = null) =>
        await Store.FailuresAsync(new FailureQuery(Now.AddDays(-1), fingerprint), Ct);
}
