using Microsoft.Extensions.DependencyInjection;
using Pawl.Storage;
using Pawl.Testing;
using Pawl.Tests.Running;

namespace Pawl.Tests.Client;

public sealed class StatisticsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_ran_is_told_by_type_and_queue_with_its_times()
    {
        await using var test = await StartAsync();
        await EnqueueAsync(test, "ok", "ok", "ok", "bad");
        await test.RunUntilIdleAsync(Token);
        test.Clock.Advance(TimeSpan.FromSeconds(2));

        var now = await Statistics(test).NowAsync(cancellationToken: Token);

        Assert.Equal((3, 1), (now.Counts[JobState.Succeeded], now.Counts[JobState.Failed]));
        Assert.Equal((0.25, 1), (now.ErrorRate, now.Dead));
        Assert.InRange(now.CreatedPerSecond, 0.03, 0.07);   // 4 in the last 60 s
        Assert.Equal((1, 10), (now.WorkersReady, now.Slots));
        var type = Assert.Single(now.ByType);
        Assert.Equal((3, 1), (type.Succeeded, type.Failed));
        Assert.NotNull(type.RunP50);
        Assert.NotNull(type.WaitP95);
        Assert.Equal(type with { Name = "default" }, Assert.Single(now.ByQueue));
    }

    [Fact]
    public async Task Slots_are_taken_as_soon_as_jobs_run_and_free_as_soon_as_they_ended_whatever_the_last_beat_said()
    {
        const int Jobs = 8;
        var (begun, go) = (0, Stage.Point());
        var all = Stage.Point();
        await using var test = await Stage.StartAsync((_, _, _) =>
        {
            if (Interlocked.Increment(ref begun) == Jobs)
            {
                all.SetResult();
            }

            return go.Task;
        });
        await test.RunUntilIdleAsync(Token);   // its first beat says that nothing runs
        await EnqueueAsync(test, [.. Enumerable.Repeat("wait", Jobs)]);
        await all.PassedAsync();

        var busy = await Statistics(test).NowAsync(cancellationToken: Token);
        var row = Assert.Single(await test.Services.GetRequiredService<IJobStore>().WorkersAsync(Token));
        go.SetResult();
        await test.RunUntilIdleAsync(Token);
        test.Clock.Advance(TimeSpan.FromSeconds(2));
        var idle = await Statistics(test).NowAsync(cancellationToken: Token);

        Assert.Equal((Jobs, Jobs, 10), (busy.Counts[JobState.Running], busy.SlotsUsed, busy.Slots));
        Assert.Equal((0, Jobs), (row.SlotsUsed, row.SlotsTaken));   // no beat has told of them yet
        Assert.Equal((0, 0), (idle.Counts[JobState.Running], idle.SlotsUsed));
    }

    [Theory]
    [InlineData(false, 3, 1, 1)]
    [InlineData(true, 3, 1, 3)]
    [InlineData(true, 0, 2, 2)]
    [InlineData(false, 0, 9, 4)]   // five of them were taken ahead
    public void A_worker_s_slots_are_taken_by_what_it_holds_and_by_what_one_elsewhere_says_it_still_does(
        bool remote, int told, int held, int taken)
    {
        var facts = new WorkerFacts { Name = "w", Host = "h", Pid = 1, Version = "1", Slots = 4, Remote = remote };
        var row = new WorkerRow(1, facts, 1, false, false, false, told, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, held);

        Assert.Equal(taken, row.SlotsTaken);
    }

    [Fact]
    public async Task What_lies_outside_a_scope_is_not_counted()
    {
        await using var test = await StartAsync();
        await EnqueueAsync(test, "ok", "bad");
        await test.RunUntilIdleAsync(Token);
        var other = new Scope(null, ["mail.*"]);

        var now = await Statistics(test).NowAsync(other, Token);
        Assert.Equal((0, 0, 0), (now.Counts.Values.Sum(), now.ByType.Count, now.CreatedPerSecond));
        Assert.Empty(await Statistics(test).FailuresAsync(TimeSpan.FromHours(1), other, Token));
        var series = await Statistics(test).SeriesAsync(
            new SeriesQuery(["created_per_s"], TimeSpan.FromHours(1), TimeSpan.FromMinutes(1)), other, Token);
        Assert.Equal(0, Assert.Single(series.Series).Values.Sum());
        Assert.Equal(0, (await Scaling(test).AdviseAsync(scope: other, cancellationToken: Token)).Desired);
    }

    [Fact]
    public async Task How_things_went_is_told_step_by_step()
    {
        await using var test = await StartAsync();
        await EnqueueAsync(test, "ok", "ok");
        await test.RunUntilIdleAsync(Token);
        test.Clock.Advance(TimeSpan.FromMinutes(5));
        await EnqueueAsync(test, "ok");
        await test.RunUntilIdleAsync(Token);

        var series = await Statistics(test).SeriesAsync(
            new SeriesQuery(["created_per_s", "run_p95_ms"], TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1), "type"), null, Token);

        Assert.Equal(10, series.Times.Count);
        Assert.All(series.Series, line => Assert.Equal((10, "test.say"), (line.Values.Count, line.Key)));
        Assert.Equal([2 / 60.0, 1 / 60.0], series.Series[0].Values.Where(value => value > 0).Select(value => Math.Round(value!.Value, 4)),
            (a, b) => Math.Abs(a - b) < 0.0001);
        Assert.Equal(2, series.Series[1].Values.Count(value => value is not null));
    }

    [Fact]
    public async Task Points_within_a_minute_share_what_it_counted()
    {
        await using var test = await StartAsync();
        await EnqueueAsync(test, [.. Enumerable.Repeat("ok", 6)]);
        await test.RunUntilIdleAsync(Token);
        test.Clock.Advance(TimeSpan.FromMinutes(1));

        var series = await Statistics(test).SeriesAsync(
            new SeriesQuery(["succeeded_per_s"], TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10)), null, Token);

        Assert.Equal(12, series.Times.Count);
        Assert.Equal(TimeSpan.FromSeconds(10), series.Times[1] - series.Times[0]);
        var line = Assert.Single(series.Series);
        Assert.Null(line.Key);
        Assert.Contains(0.1, line.Values);
        Assert.InRange(line.Values.Sum()!.Value * 10, 1, 6.01);
    }

    [Fact]
    public async Task What_waits_at_each_priority_is_told_over_time()
    {
        await using var test = await StartAsync();
        await test.Services.GetRequiredService<IJobStore>()
            .PauseAsync(new PauseRequest("default", null, true, test.Clock.GetUtcNow()), Token);
        await test.Jobs.EnqueueManyAsync([new Say("ok"), new Say("ok")], new() { Priority = 70 }, Token);
        await test.RunUntilIdleAsync(Token);
        foreach (var minutes in (int[])[5, 1])   // the leader looks once a minute
        {
            test.Clock.Advance(TimeSpan.FromMinutes(minutes));
            await test.RunUntilIdleAsync(Token);
        }

        await test.Jobs.EnqueueAsync(new Say("ok"), new() { Priority = -3 }, Token);

        async Task<StatisticsSeries> OfAsync(string? by, params string[] metrics) => await Statistics(test).SeriesAsync(
            new SeriesQuery(metrics, TimeSpan.FromMinutes(8), TimeSpan.FromMinutes(1), by), null, Token);
        var byPriority = await OfAsync("priority", "queued", "created_per_s");
        var together = await OfAsync(null, "queued");
        var elsewhere = await Statistics(test).SeriesAsync(
            new SeriesQuery(["queued"], TimeSpan.FromMinutes(8), TimeSpan.FromMinutes(1), "type"), new Scope(null, ["mail.*"]), Token);

        Assert.Equal([("queued", "70"), ("queued", "-3"), ("created_per_s", "other")],
            byPriority.Series.Select(line => (line.Metric, line.Key)));
        Assert.Equal(2, byPriority.Series[0].Values[^2]);
        Assert.Equal((2, 0, 1), (byPriority.Series[0].Values[^1], byPriority.Series[1].Values[^2], byPriority.Series[1].Values[^1]));
        Assert.Null(byPriority.Series[0].Values[0]);   // nobody looked then
        Assert.Equal(3, Math.Round(byPriority.Series[2].Values.Sum()!.Value * 60));
        Assert.Equal((2, 3), (Assert.Single(together.Series).Values[^2], together.Series[0].Values[^1]));
        Assert.Empty(elsewhere.Series);
    }

    [Theory]
    [InlineData("no_such", 3600, 60, null)]
    [InlineData("created_per_s", 3600, 3, null)]
    [InlineData("created_per_s", 30, 10, null)]
    [InlineData("created_per_s", 2_600_000, 86_400, null)]
    [InlineData("created_per_s", 3600, 60, "worker")]
    public async Task A_series_that_is_not_kept_is_refused(string metric, int window, int step, string? by)
    {
        await using var test = await StartAsync();
        var query = new SeriesQuery([metric], TimeSpan.FromSeconds(window), TimeSpan.FromSeconds(step), by);

        var refused = await Assert.ThrowsAsync<PawlException>(async () => await Statistics(test).SeriesAsync(query, null, Token));
        Assert.Equal("out_of_range", refused.Code);
    }

    [Fact]
    public async Task Failures_are_told_in_groups_with_their_stack()
    {
        await using var test = await StartAsync();
        await EnqueueAsync(test, "bad", "bad", "ok");
        await test.RunUntilIdleAsync(Token);

        var group = Assert.Single(await Statistics(test).FailuresAsync(TimeSpan.FromHours(24), null, Token));
        Assert.Equal((2, 2, 2), (group.Attempts, group.Jobs, group.Dead));
        Assert.Equal(("test.say", 2L), (group.ByType[0].Key, group.ByType[0].Value));
        Assert.Equal(2, Assert.Single(group.ByWorker).Value);
        Assert.Equal((24, 2), (group.Sparkline.Count, group.Sparkline[^1]));
        Assert.NotNull((await Statistics(test).FailureAsync(group.Fingerprint, TimeSpan.FromHours(1), null, Token))?.Error.Stack);
        Assert.Null(await Statistics(test).FailureAsync("nothing", TimeSpan.FromHours(1), null, Token));
    }

    [Fact]
    public async Task Advice_counts_what_waits_and_who_works()
    {
        await using var test = await StartAsync();
        var store = test.Services.GetRequiredService<IJobStore>();
        await store.PauseAsync(new PauseRequest("slow", null, true, test.Clock.GetUtcNow()), Token);
        await test.Jobs.EnqueueAsync(new Say("ok"), new() { Queue = "slow" }, Token);
        await test.Jobs.EnqueueAsync(new Say("ok"), new() { ConcurrencyKey = "k", Delay = TimeSpan.FromHours(1) }, Token);

        await test.RunUntilIdleAsync(Token);   // so that the worker is there

        var all = await Scaling(test).AdviseAsync(cancellationToken: Token);
        Assert.Equal((0, 1, 0, 0, 1), (all.Desired, all.Current, all.Running, all.Runnable, all.NotRunnable));
        Assert.Contains("1 jobs are paused", all.Reason, StringComparison.Ordinal);
        Assert.Equal((300, 0, 20), (all.DrainTarget.TotalSeconds, all.Min, all.Max));

        var unknown = await Scaling(test).AdviseAsync("nowhere", cancellationToken: Token);
        Assert.Equal((0, 0, 0, 0, 0), (unknown.Desired, unknown.Current, unknown.Running, unknown.Runnable, unknown.ArrivalPerSecond));
    }

    [Fact]
    public async Task The_worker_tells_what_it_uses_and_what_it_is_built_with()
    {
        await using var test = await StartAsync();
        await test.RunUntilIdleAsync(Token);
        test.Clock.Advance(TimeSpan.FromSeconds(11));
        await test.RunUntilIdleAsync(Token);

        var row = Assert.Single(await test.Services.GetRequiredService<IJobStore>().WorkersAsync(Token));
        Assert.True(row.MemoryBytes > 1_000_000);
        Assert.InRange(row.Cpu!.Value, 0, 1);
        Assert.StartsWith("pawl-net/", row.Facts.Sdk, StringComparison.Ordinal);
    }

    private static Task<PawlTest> StartAsync() => Stage.StartAsync(
        (say, _, _) => say.Word == "bad" ? throw new InvalidOperationException("no good") : Task.CompletedTask,
        type: type => type.Retry(maxAttempts: 1));

    private static async Task EnqueueAsync(PawlTest test, params string[] texts) =>
        await test.Jobs.EnqueueManyAsync(texts.Select(text => new Say(text)), cancellationToken: Token);

    private static IStatistics Statistics(PawlTest test) => test.Services.GetRequiredService<IStatistics>();

    private static IScaling Scaling(PawlTest test) => test.Services.GetRequiredService<IScaling>();
}
