using System.Text.Json;
using Pawl.Maintenance;

namespace Pawl.Tests.Maintenance;

public sealed class HealthCheckTests
{
    [Fact]
    public async Task Thirty_failures_in_a_hundred_attempts_raise_one_alert_with_reasons()
    {
        await using var here = await Installation.OpenAsync();
        var (health, worker) = await StartAsync(here);
        await RunAsync(here, worker, failed: 30, of: 100);

        for (var minutes = 0; minutes < 30; minutes += 5)
        {
            Assert.Equal(TimeSpan.FromSeconds(300), await health.StepAsync(1, Installation.Cancelled));
            here.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        var checks = await here.EventsAsync(EventKind.Health);
        Assert.Equal(6, checks.Count);
        Assert.Equal("54: failures 40.0, dead_letters 6.0", checks[0].Title);
        var alert = Assert.Single(await here.EventsAsync(EventKind.Alert));
        Assert.Equal(("health", checks[0].Title), (alert.Reason, alert.Title));
        const string Line = "1440 Health of queue 'default' fell to 54: failures 40.0";
        Assert.Single(here.Lines, line => line.StartsWith(Line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_recovery_the_next_fall_is_told_again()
    {
        await using var here = await Installation.OpenAsync();
        var (health, worker) = await StartAsync(here);
        foreach (var failed in new[] { 30, 0, 30 })
        {
            await RunAsync(here, worker, failed, of: 100);
            await health.StepAsync(1, Installation.Cancelled);
            here.Clock.Advance(TimeSpan.FromHours(25));
        }

        Assert.Equal(2, (await here.EventsAsync(EventKind.Alert)).Count);
    }

    [Fact]
    public async Task On_demand_it_looks_and_records_nothing()
    {
        await using var here = await Installation.OpenAsync();
        var (health, worker) = await StartAsync(here);
        await RunAsync(here, worker, failed: 30, of: 100);
        var overview = await health.CheckAsync(Installation.Cancelled);
        Assert.Equal(("default", 54), (overview.Overall.Queue, overview.Overall.Score));
        Assert.Equal(overview.Overall, Assert.Single(overview.Queues));
        Assert.Empty(await here.EventsAsync(EventKind.Health));
        Assert.Empty(await here.EventsAsync(EventKind.Alert));
    }

    [Fact]
    public async Task An_empty_installation_is_healthy()
    {
        await using var here = await Installation.OpenAsync();
        var (health, _) = await StartAsync(here);
        var overview = await health.CheckAsync(Installation.Cancelled);
        Assert.Equal((null, 100, HealthGrade.Healthy), (overview.Overall.Queue, overview.Overall.Score, overview.Overall.Grade));
    }

    [Fact]
    public async Task Work_that_nobody_runs_is_seen()
    {
        await using var here = await Installation.OpenAsync();
        var health = Check(here);
        await here.EnqueueAsync();
        here.Clock.Advance(TimeSpan.FromSeconds(61));
        var overview = await health.CheckAsync(Installation.Cancelled);
        Assert.Contains(overview.Overall.Deductions, deduction => deduction is { Name: "no_worker", Points: 40 });
    }

    [Fact]
    public async Task Without_tables_health_is_an_answer_and_not_an_exception()
    {
        await using var here = await Installation.OpenAsync(migrate: false);
        var overview = await Check(here).CheckAsync(Installation.Cancelled);
        Assert.True(overview.WaitingForSchema);
        Assert.Equal("60: store 40.0", overview.Overall.ToString());
    }

    [Fact]
    public async Task The_event_holds_each_queue_with_its_deductions()
    {
        await using var here = await Installation.OpenAsync();
        var (health, worker) = await StartAsync(here);
        await RunAsync(here, worker, failed: 30, of: 100);
        await health.StepAsync(1, Installation.Cancelled);
        using var json = JsonDocument.Parse((await here.EventsAsync(EventKind.Health)).Single().Data!);
        Assert.Equal("degraded", json.RootElement.GetProperty("state").GetString());
        var queue = json.RootElement.GetProperty("queues")[0];
        Assert.Equal(("default", 54), (queue.GetProperty("name").GetString(), queue.GetProperty("score").GetInt32()));
        Assert.Equal("30 of 100 attempts failed in 1 h", queue.GetProperty("deductions")[0].GetProperty("because").GetString());
    }

    private static HealthCheck Check(Installation here)
    {
        var settings = new ChoreSettings();
        return new HealthCheck(here.Store, settings, new StuckWatch(here.Store, settings, here.Clock, here), here.Clock, here);
    }

    private static async Task<(HealthCheck Health, long Worker)> StartAsync(Installation here) => (Check(here), await here.WorkerAsync());

    private static async Task RunAsync(Installation here, long worker, int failed, int of)
    {
        for (var n = 0; n < of; n++)
        {
            await here.EnqueueAsync();
        }

        foreach (var (index, claimed) in (await here.ClaimAsync(worker, of)).Index())
        {
            if (index < failed)
            {
                await here.FailAsync(claimed);
            }
            else
            {
                await here.Store.SettleAsync(
                    [new() { Lease = claimed.Lease, Outcome = Outcome.Succeeded, Event = JobEvent.Completed }],
                    here.Clock.GetUtcNow(),
                    Installation.Cancelled);
            }
        }
    }
}
