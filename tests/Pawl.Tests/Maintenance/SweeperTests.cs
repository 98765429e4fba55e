using Pawl.Maintenance;
using Pawl.Storage;

namespace Pawl.Tests.Maintenance;

public sealed class SweeperTests
{
    private static readonly ChoreSettings Settings = Installation.Settings();
    private long _me;
    private long _term;
    private Sweeper _sweeper = null!;

    [Fact]
    public async Task The_jobs_of_a_worker_that_fell_silent_are_offered_again_after_the_lease()
    {
        await using var here = await OpenAsync();
        var other = await here.WorkerAsync("other");
        var job = await here.EnqueueAsync();
        await here.ClaimAsync(other);
        await SweepAsync(here, seconds: 30);
        Assert.Equal(JobState.Running, (await here.JobAsync(job)).State);
        await SweepAsync(here, seconds: 1);
        Assert.Equal(JobState.Queued, (await here.JobAsync(job)).State);
        Assert.Equal(1, (await here.JobAsync(job)).Losses);
        Assert.Contains(here.Lines, line => line.StartsWith("1410", StringComparison.Ordinal) && line.Contains("no sign of life for 30 s"));
    }

    [Fact]
    public async Task A_worker_that_beats_keeps_its_jobs()
    {
        await using var here = await OpenAsync();
        var other = await here.WorkerAsync("other");
        var job = await here.EnqueueAsync();
        await here.ClaimAsync(other);
        for (var beat = 1; beat <= 12; beat++)
        {
            await here.BeatAsync(other, beat);
            await SweepAsync(here, seconds: 10);
        }

        Assert.Equal(JobState.Running, (await here.JobAsync(job)).State);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_wall_clock_that_jumps_loses_nobody_and_saves_nobody(int hours)
    {
        await using var here = await OpenAsync();
        var job = await here.EnqueueAsync();
        await here.ClaimAsync(await here.WorkerAsync("other"));
        await SweepAsync(here, seconds: 15);
        here.Clock.SetUtcNow(here.Clock.GetUtcNow().AddHours(hours));
        await SweepAsync(here, seconds: 15);
        Assert.Equal(JobState.Running, (await here.JobAsync(job)).State);
        await SweepAsync(here, seconds: 1);
        Assert.Equal(JobState.Queued, (await here.JobAsync(job)).State);
    }

    [Fact]
    public async Task After_its_own_stall_the_sweeper_loses_nobody_before_a_whole_lease()
    {
        await using var here = await OpenAsync();
        for (var n = 0; n < 5; n++)
        {
            await here.EnqueueAsync();
            await here.ClaimAsync(await here.WorkerAsync($"other {n}"));
        }

        await SweepAsync(here, seconds: 20);
        here.Clock.Advance(TimeSpan.FromMinutes(10));
        await SweepAsync(here, seconds: 30);
        Assert.Equal(5, await RunningAsync(here));
        Assert.Contains(here.Lines, line => line.StartsWith("1413", StringComparison.Ordinal));
        await SweepAsync(here, seconds: 1);
        Assert.Equal(0, await RunningAsync(here));
    }

    [Fact]
    public async Task A_new_term_starts_every_window_anew()
    {
        await using var here = await OpenAsync();
        var job = await here.EnqueueAsync();
        await here.ClaimAsync(await here.WorkerAsync("other"));
        await SweepAsync(here, seconds: 29);
        _sweeper.Begin(_term);
        await SweepAsync(here, seconds: 30);
        Assert.Equal(JobState.Running, (await here.JobAsync(job)).State);
    }

    [Fact]
    public async Task A_remote_worker_has_a_longer_lease()
    {
        await using var here = await OpenAsync();
        var facts = new WorkerFacts { Name = "r", Host = "h", Pid = 1, Version = "1", Slots = 1, Types = ["capture"], Remote = true };
        var job = await here.EnqueueAsync();
        await here.ClaimAsync(await here.Store.RegisterAsync(facts, here.Clock.GetUtcNow(), Installation.Cancelled));
        await SweepAsync(here, seconds: 60);
        Assert.Equal(JobState.Running, (await here.JobAsync(job)).State);
        await SweepAsync(here, seconds: 1);
        Assert.Equal(JobState.Queued, (await here.JobAsync(job)).State);
    }

    [Fact]
    public async Task The_third_loss_stops_the_job_as_crash_loop()
    {
        await using var here = await OpenAsync();
        var job = await here.EnqueueAsync();
        for (var loss = 1; loss <= 3; loss++)
        {
            Assert.Equal(JobState.Queued, (await here.JobAsync(job)).State);
            Assert.Single(await here.ClaimAsync(await here.WorkerAsync($"other {loss}")));
            await SweepAsync(here, seconds: 31);
        }

        var ended = await here.JobAsync(job);
        Assert.Equal((JobState.Failed, "crash_loop"), (ended.State, ended.Error!.Code));
        Assert.Contains(here.Lines, line => line.StartsWith("1411", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_leaders_sweeper_changes_nothing()
    {
        await using var here = await OpenAsync();
        var job = await here.EnqueueAsync();
        await here.ClaimAsync(await here.WorkerAsync("other"));
        _term++;
        await SweepAsync(here, seconds: 40);
        Assert.Equal(JobState.Running, (await here.JobAsync(job)).State);
    }

    [Fact]
    public async Task Alone_it_looks_every_three_seconds_and_with_others_more_often()
    {
        await using var here = await OpenAsync();
        Assert.Equal(TimeSpan.FromSeconds(3), await _sweeper.StepAsync(_term, Installation.Cancelled));
        await here.WorkerAsync("other");
        Assert.Equal(Settings.Look, await _sweeper.StepAsync(_term, Installation.Cancelled));
    }

    private static async Task<int> RunningAsync(Installation here) =>
        (await here.Store.ListAsync(new JobQuery { States = [JobState.Running] }, Installation.Cancelled)).Jobs.Count;

    private async Task<Installation> OpenAsync()
    {
        var here = await Installation.OpenAsync();
        _me = await here.WorkerAsync("me");
        _term = (await here.LeaderAsync(Settings, _me)).Term!.Value;
        _sweeper = new Sweeper(here.Store, Settings, () => _me, here.Clock, here);
        _sweeper.Begin(_term);
        return here;
    }

    /// <summary>Looks once a second, while this process's own worker beats.</summary>
    private async Task SweepAsync(Installation here, int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            await here.BeatAsync(_me, here.Clock.GetTimestamp());
            await _sweeper.StepAsync(_term, Installation.Cancelled);
            here.Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
