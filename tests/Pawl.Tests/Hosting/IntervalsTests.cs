using Pawl.Testing;
using Pawl.Tests.Running;

namespace Pawl.Tests.Hosting;

/// <summary>What the settings say of when, seen in the events of a whole host.</summary>
public sealed class IntervalsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_is_checked_and_recorded_at_its_interval()
    {
        await using var test = await StartAsync(options => options.Health.Interval = TimeSpan.FromSeconds(1));
        await test.PassAsync(TimeSpan.FromSeconds(20), Token);

        var checks = await EventsAsync(test, EventKind.Health);
        Assert.InRange(checks.Count, 15, 20);
        Assert.All(checks.Zip(checks.Skip(1)), pair => Assert.Equal(TimeSpan.FromSeconds(1), pair.Second.At - pair.First.At));
    }

    [Fact]
    public async Task By_default_health_is_checked_every_five_minutes()
    {
        await using var test = await StartAsync();
        await test.PassAsync(TimeSpan.FromMinutes(16), Token);

        var checks = await EventsAsync(test, EventKind.Health);
        Assert.InRange(checks.Count, 3, 4);
        Assert.All(checks.Zip(checks.Skip(1)), pair => Assert.Equal(TimeSpan.FromMinutes(5), pair.Second.At - pair.First.At));
    }

    [Fact]
    public async Task Recovery_runs_three_seconds_after_the_start_and_then_at_its_interval()
    {
        await using var test = await StartAsync(options => options.Recovery.Interval = TimeSpan.FromSeconds(2));
        var start = test.Clock.GetUtcNow();
        await test.PassAsync(TimeSpan.FromSeconds(20), Token);

        var sweeps = await EventsAsync(test, EventKind.Recovery);
        Assert.InRange(sweeps[0].At - start, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4));
        Assert.InRange(sweeps.Count, 8, 9);
        Assert.All(sweeps.Zip(sweeps.Skip(1)), pair => Assert.Equal(TimeSpan.FromSeconds(2), pair.Second.At - pair.First.At));
    }

    [Fact]
    public async Task A_job_without_progress_for_its_types_limit_is_told_of_and_left_running()
    {
        await using var test = await StartAsync(type: type => type.StuckAfter(TimeSpan.FromSeconds(5)));
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.PassAsync(TimeSpan.FromSeconds(4), Token);
        Assert.Empty(await EventsAsync(test, EventKind.Alert));

        await test.PassAsync(TimeSpan.FromSeconds(6), Token);
        Assert.Equal(id, Assert.Single(await EventsAsync(test, EventKind.Alert)).JobId);
        Assert.Equal((JobState.Running, 1), await test.Jobs.GetAsync(id, Token) is var job ? (job.State, job.Attempt) : default);
    }

    private static async Task<IReadOnlyList<EventRecord>> EventsAsync(PawlTest test, EventKind kind) =>
        [.. (await test.Jobs.EventsAsync(limit: 10_000, cancellationToken: Token)).Where(happened => happened.Kind == kind)];

    private static Task<PawlTest> StartAsync(Action<PawlOptions>? options = null, Action<JobTypeBuilder<Say>>? type = null) =>
        Stage.StartAsync((_, job, token) => Task.Delay(Timeout.InfiniteTimeSpan, job.Clock, token), options, type);
}
