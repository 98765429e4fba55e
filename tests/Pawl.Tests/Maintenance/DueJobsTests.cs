using Pawl.Maintenance;

namespace Pawl.Tests.Maintenance;

public sealed class DueJobsTests
{
    [Fact]
    public async Task A_job_that_comes_due_goes_to_its_queue_and_the_rest_ends_with_the_next_one()
    {
        await using var here = await Installation.OpenAsync();
        var (due, term) = await StartAsync(here);
        var first = await here.EnqueueAsync(delay: TimeSpan.FromSeconds(2));
        await here.EnqueueAsync(delay: TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(2), await due.StepAsync(term, Installation.Cancelled));
        here.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(1), await due.StepAsync(term, Installation.Cancelled));
        Assert.Equal(JobState.Queued, (await here.JobAsync(first)).State);
    }

    [Fact]
    public async Task Without_scheduled_jobs_it_polls_every_five_seconds()
    {
        await using var here = await Installation.OpenAsync();
        var (due, term) = await StartAsync(here);
        Assert.Equal(TimeSpan.FromSeconds(5), await due.StepAsync(term, Installation.Cancelled));
    }

    [Fact]
    public async Task A_wall_clock_set_back_an_hour_delays_the_look_by_the_poll_at_most()
    {
        await using var here = await Installation.OpenAsync();
        var (due, term) = await StartAsync(here);
        await here.EnqueueAsync(delay: TimeSpan.FromSeconds(2));
        here.Clock.SetUtcNow(here.Clock.GetUtcNow().AddHours(-1));
        Assert.Equal(TimeSpan.FromSeconds(5), await due.StepAsync(term, Installation.Cancelled));
    }

    [Fact]
    public async Task More_than_a_page_that_is_due_at_once_is_moved_without_a_rest()
    {
        await using var here = await Installation.OpenAsync();
        var (due, term) = await StartAsync(here);
        for (var n = 0; n < 1_001; n++)
        {
            await here.EnqueueAsync(delay: TimeSpan.FromSeconds(1));
        }

        here.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, await due.StepAsync(term, Installation.Cancelled));
        Assert.Equal(TimeSpan.FromSeconds(5), await due.StepAsync(term, Installation.Cancelled));
    }

    [Fact]
    public async Task A_job_scheduled_before_the_end_of_the_rest_wakes_it_and_a_later_one_does_not()
    {
        await using var here = await Installation.OpenAsync();
        var (due, term) = await StartAsync(here);
        here.Store.Wakeups.Scheduled += due.Scheduled;
        var rest = await due.StepAsync(term, Installation.Cancelled);
        await here.EnqueueAsync(delay: TimeSpan.FromMinutes(1));
        var resting = due.Alarm.RestAsync(rest, here.Clock, Installation.Cancelled);
        Assert.False(resting.IsCompleted);
        await here.EnqueueAsync(delay: TimeSpan.FromSeconds(1));
        await resting;
        Assert.Null(here.Clock.UntilNextTimer);
    }

    private static async Task<(DueJobs Due, long Term)> StartAsync(Installation here)
    {
        var leader = await here.LeaderAsync(new ChoreSettings(), await here.WorkerAsync());
        var due = new DueJobs(here.Store, new ChoreSettings(), here.Clock);
        due.Begin(leader.Term!.Value);
        return (due, leader.Term.Value);
    }
}
