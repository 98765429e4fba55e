using Pawl.Maintenance;

namespace Pawl.Tests.Maintenance;

public sealed class StuckWatchTests
{
    private static readonly ChoreSettings Settings =
        Installation.Settings(new ChoreType { Name = "capture", StuckAfter = TimeSpan.FromSeconds(5) });

    [Fact]
    public async Task A_job_that_stands_still_for_five_seconds_is_told_of_once()
    {
        await using var here = await Installation.OpenAsync();
        var (watch, term, worker) = await StartAsync(here);
        var id = await here.EnqueueAsync();
        await here.ClaimAsync(worker);
        await WatchAsync(here, watch, term, looks: 4);
        Assert.Empty(await here.EventsAsync(EventKind.Alert));
        await WatchAsync(here, watch, term, looks: 10);
        var alert = Assert.Single(await here.EventsAsync(EventKind.Alert));
        Assert.Equal((id, "stuck:1", "engine"), (alert.JobId!.Value, alert.Reason, alert.Actor));
        Assert.Equal($"Job {id} (capture) has made no progress for 5 s on attempt 1", alert.Title);
        Assert.Single(here.Lines, line => line.StartsWith("1432", StringComparison.Ordinal));
        Assert.Equal(JobState.Running, (await here.JobAsync(id)).State);
    }

    [Fact]
    public async Task Progress_starts_the_window_anew()
    {
        await using var here = await Installation.OpenAsync();
        var (watch, term, worker) = await StartAsync(here);
        await here.EnqueueAsync();
        var claimed = Assert.Single(await here.ClaimAsync(worker));
        for (var done = 1; done < 6; done++)
        {
            await WatchAsync(here, watch, term, looks: 3);
            await here.SaveProgressAsync(claimed, done);
        }

        Assert.Empty(watch.Current);
        await WatchAsync(here, watch, term, looks: 6);
        Assert.Single(watch.Current);
    }

    [Fact]
    public async Task Another_leader_does_not_tell_it_again()
    {
        await using var here = await Installation.OpenAsync();
        var (watch, term, worker) = await StartAsync(here);
        await here.EnqueueAsync();
        await here.ClaimAsync(worker);
        await WatchAsync(here, watch, term, looks: 6);
        var next = new StuckWatch(here.Store, Settings, here.Clock, here);
        next.Begin(term + 1);
        await WatchAsync(here, next, term + 1, looks: 6);
        Assert.Single(next.Current);
        Assert.Single(await here.EventsAsync(EventKind.Alert));
    }

    [Fact]
    public async Task Each_attempt_is_told_of()
    {
        await using var here = await Installation.OpenAsync();
        var (watch, term, worker) = await StartAsync(here);
        await here.EnqueueAsync();
        var first = Assert.Single(await here.ClaimAsync(worker));
        await WatchAsync(here, watch, term, looks: 6);
        await here.Store.SettleAsync(
            [new() { Lease = first.Lease, Outcome = Outcome.Released, Event = JobEvent.Released }],
            here.Clock.GetUtcNow(),
            Installation.Cancelled);
        await here.ClaimAsync(worker);
        await WatchAsync(here, watch, term, looks: 6);
        Assert.Equal(["stuck:1", "stuck:2"], (await here.EventsAsync(EventKind.Alert)).Select(one => one.Reason));
    }

    private static async Task<(StuckWatch Watch, long Term, long Worker)> StartAsync(Installation here)
    {
        var worker = await here.WorkerAsync();
        var leader = await here.LeaderAsync(Settings, worker);
        var watch = new StuckWatch(here.Store, Settings, here.Clock, here);
        watch.Begin(leader.Term!.Value);
        return (watch, leader.Term.Value, worker);
    }

    /// <summary>Looks, each time after its own rest of 1.25 s.</summary>
    private static async Task WatchAsync(Installation here, StuckWatch watch, long term, int looks)
    {
        for (var look = 0; look < looks; look++)
        {
            here.Clock.Advance(await watch.StepAsync(term, Installation.Cancelled));
        }
    }
}
