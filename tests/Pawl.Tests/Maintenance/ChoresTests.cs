using Pawl.Maintenance;
using Pawl.Storage;

namespace Pawl.Tests.Maintenance;

/// <summary>All loops together, on a clock that the test moves.</summary>
public sealed class ChoresTests
{
    [Fact]
    public async Task Recovery_is_recorded_three_seconds_after_the_start_and_then_every_half_hour()
    {
        await using var here = await Installation.OpenAsync();
        var worker = await here.WorkerAsync();
        await using var chores = Started.Run(here, new ChoreSettings(), () => worker);
        here.Clock.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Empty(await here.EventsAsync(EventKind.Recovery));
        here.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal("startup", (await chores.AdvanceUntilAsync(EventKind.Recovery)).Actor);
        var second = await chores.AdvanceUntilAsync(EventKind.Recovery, count: 2);
        Assert.Equal("periodic", second.Actor);
        Assert.True(second.At >= Sample.Now.AddSeconds(3).AddMinutes(30));
    }

    [Fact]
    public async Task A_due_job_is_moved_when_its_time_has_come()
    {
        await using var here = await Installation.OpenAsync();
        var worker = await here.WorkerAsync();
        await using var chores = Started.Run(here, new ChoreSettings(), () => worker);
        var id = await here.EnqueueAsync(delay: TimeSpan.FromMilliseconds(1_500));
        Assert.Equal(id, (await chores.AdvanceUntilAsync(EventKind.Due)).JobId);
    }

    [Fact]
    public async Task Without_tables_the_chores_say_so_once_and_go_on_when_they_are_there()
    {
        await using var here = await Installation.OpenAsync(migrate: false);
        await using var chores = Started.Run(here, new ChoreSettings(), () => 1);
        foreach (var seconds in new[] { 5, 10, 20, 40, 60, 60 })
        {
            here.Clock.Advance(TimeSpan.FromSeconds(seconds));
        }

        Assert.StartsWith("1404 The tables are not there yet", Assert.Single(here.Lines));
        await here.Store.MigrateAsync(apply: true, Installation.Cancelled);
        await here.WorkerAsync();
        await chores.AdvanceUntilAsync(EventKind.Recovery);
        Assert.Contains(here.Lines, line => line.StartsWith("1405", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_gives_the_leadership_up()
    {
        await using var here = await Installation.OpenAsync();
        var worker = await here.WorkerAsync();
        await using (Started.Run(here, new ChoreSettings(), () => worker))
        {
            Assert.True((await here.Store.LeadAsync(new LeadRequest(worker), Installation.Cancelled)).Mine);
        }

        var other = await here.WorkerAsync("other");
        Assert.Equal((true, 2L), Of(await here.Store.LeadAsync(new LeadRequest(other), Installation.Cancelled)));

        static (bool, long) Of(LeadReply reply) => (reply.Mine, reply.Term);
    }

    [Fact]
    public async Task Recovery_that_is_switched_off_runs_on_demand_only()
    {
        await using var here = await Installation.OpenAsync();
        var worker = await here.WorkerAsync();
        var settings = new ChoreSettings { Recovery = new RecoveryOptions { Enabled = false } };
        await using var chores = Started.Run(here, settings, () => worker);
        await chores.AdvanceUntilAsync(EventKind.Health);
        Assert.Empty(await here.EventsAsync(EventKind.Recovery));
        await chores.Chores.Recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled);
        Assert.Single(await here.EventsAsync(EventKind.Recovery));
    }

    private sealed class Started : IAsyncDisposable
    {
        private readonly Installation _here;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        private Started(Installation here, Chores chores)
        {
            _here = here;
            Chores = chores;
            _running = chores.RunAsync(_stop.Token);
        }

        public Chores Chores { get; }

        public static Started Run(Installation here, ChoreSettings settings, Func<long?> worker) =>
            new(here, new Chores(here.Store, settings, worker, here.Clock, here));

        /// <summary>Moves the clock until so many events of a kind are recorded. The loops may lag behind: it waits for nobody.</summary>
        public async Task<EventRecord> AdvanceUntilAsync(EventKind kind, int count = 1)
        {
            var began = TimeProvider.System.GetTimestamp();
            while (TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(60))
            {
                var events = await _here.EventsAsync(kind);
                if (events.Count >= count)
                {
                    return events[count - 1];
                }

                _here.Clock.Advance(TimeSpan.FromMilliseconds(500));
                await Task.Yield();
            }

            var last = (await _here.Store.EventsAsync(new EventQuery(Limit: 10_000), Installation.Cancelled)).TakeLast(5);
            throw new TimeoutException($"No {kind}. The last events: {string.Join("; ", last)}. The log: {string.Join("; ", _here.Lines)}");
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _stop.Dispose();
        }
    }
}
