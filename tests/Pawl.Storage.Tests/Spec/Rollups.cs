namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task What_was_counted_is_summed_over_steps_of_time()
    {
        Pass(TimeSpan.FromMinutes(60 - Now.Minute));   // to the whole hour
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 3));
        Pass(TimeSpan.FromMinutes(2));
        await EnqueueAsync();
        await EnqueueAsync(Plain with { Type = "report" });
        Pass(TimeSpan.FromMinutes(60));
        await EndAsync(Failure(await ClaimOneAsync()));

        var hours = await Store.RollupsAsync(new RollupQuery(Now.AddHours(-2), TimeSpan.FromHours(1)), Ct);
        Assert.Equal(
            [("mail", 4, 0, 0), ("report", 1, 0, 0), ("mail", 0, 1, 1)],
            hours.Select(one => (one.Type, one.Created, one.Started, one.Died)));
        Assert.Equal((1, 0), (hours[2].Ended[Outcome.Failed], hours[2].Ended[Outcome.Succeeded]));
        Assert.Equal(TimeSpan.FromHours(1), hours[2].At - hours[0].At);
        Assert.Equal((0, 0), (hours[2].At.Minute, hours[2].At.Second));
        Assert.Equal(0, hours[2].Waits.Count + hours[2].Runs.Count);

        Assert.Equal(2, (await Store.RollupsAsync(new RollupQuery(Now.AddHours(-2), TimeSpan.FromDays(365_000)), Ct)).Count);
        Assert.Empty(await Store.RollupsAsync(new RollupQuery(Now.AddMinutes(1), TimeSpan.FromMinutes(1)), Ct));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () =>
            await Store.RollupsAsync(new RollupQuery(Now, TimeSpan.FromSeconds(90)), Ct));
    }

    [Fact]
    public async Task Waits_and_runs_are_kept_as_steps_that_grow()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 10));
        Pass(TimeSpan.FromMilliseconds(100));
        var claimed = await ClaimAsync(await WorkerAsync(), 10);
        for (var n = 0; n < 10; n++)
        {
            await EndAsync(Success(claimed[n]) with { Run = TimeSpan.FromMilliseconds(n < 9 ? 300 : 5_000) });
        }

        var again = await RunningAsync(Plain with { Type = "report" });
        await EndAsync(Snooze(again) with { Run = TimeSpan.FromHours(1) });   // no run of a job that came to an end

        var rollups = await Store.RollupsAsync(new RollupQuery(Now.AddHours(-1), TimeSpan.FromDays(1), Times: true), Ct);
        var mail = Assert.Single(rollups, one => one.Type == "mail");
        Assert.Equal((10, 10), (mail.Waits.Count, mail.Runs.Count));
        Near(100, mail.Waits.Percentile(0.5));
        Near(300, mail.Runs.Percentile(0.5));
        Near(5_000, mail.Runs.Percentile(0.95));
        var report = Assert.Single(rollups, one => one.Type == "report");
        Assert.Equal((1, 0), (report.Waits.Count, report.Runs.Count));
    }

    [Fact]
    public async Task Times_of_the_same_minute_add_up_over_many_transactions()
    {
        for (var n = 0; n < 5; n++)
        {
            await EndAsync(Success(await RunningAsync()));
        }

        var rollup = Assert.Single(await Store.RollupsAsync(new RollupQuery(Now, TimeSpan.FromMinutes(1), Times: true), Ct));
        Assert.Equal((5, 5), (rollup.Waits.Count, rollup.Runs.Count));
        Near(1_500, rollup.Runs.Percentile(1));
    }

    private static void Near(double millis, TimeSpan? length) =>
        Assert.InRange(Assert.NotNull(length).TotalMilliseconds, millis * 0.7, millis * 1.42);
}
