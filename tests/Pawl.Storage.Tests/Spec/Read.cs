namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task Jobs_that_are_not_there_are_left_out()
    {
        var (one, two) = (await EnqueueAsync(), await EnqueueAsync());

        var jobs = await Store.GetAsync([two, new JobId(987_654), one], Ct);

        Assert.Equal(new[] { one, two }, jobs.Select(job => job.Id).Order());
        Assert.Empty(await Store.GetAsync([], Ct));
    }

    [Fact]
    public async Task A_thousand_jobs_are_read_in_one_call()
    {
        var ids = (await EnqueueAllAsync(Enumerable.Repeat(Plain, 1000))).Select(job => job.Id).ToList();

        Assert.Equal(ids, (await Store.GetAsync(ids, Ct)).Select(job => job.Id).Order());
    }

    [Fact]
    public async Task Attempts_come_newest_first_with_the_running_one()
    {
        var first = await RunningAsync();
        await EndAsync(Again(first, TimeSpan.Zero));
        await PromoteAsync();
        await EndAsync(Snooze(await ClaimOneAsync(), delay: TimeSpan.Zero));
        await PromoteAsync();
        await ClaimOneAsync();

        var attempts = await AttemptsAsync(first.Lease.Job);

        Assert.Equal([3, 2, 1], attempts.Select(attempt => attempt.Attempt));
        Assert.Equal([null, Outcome.Snoozed, Outcome.Failed], attempts.Select(attempt => attempt.Outcome));
        Assert.Empty(await AttemptsAsync(new JobId(987_654)));
    }

    [Fact]
    public async Task An_ended_attempt_is_never_changed_by_what_follows()
    {
        var first = await RunningAsync();
        await EndAsync(Again(first, TimeSpan.Zero));
        var before = Show(Assert.Single(await AttemptsAsync(first.Lease.Job)));
        await PromoteAsync();
        await EndAsync(Failure(await ClaimOneAsync()));
        await RetryAsync(first.Lease.Job);
        await EndAsync(Success(await ClaimOneAsync()));

        Assert.Equal(before, Show((await AttemptsAsync(first.Lease.Job))[^1]));
    }

    /// <summary>A job in a state, reached by the verbs that lead there; alone of its line while it is made.</summary>
    protected async Task<JobId> InStateAsync(JobState state, NewJob? job = null)
    {
        var wanted = job ?? Plain;
        switch (state)
        {
            case JobState.Scheduled: return await EnqueueAsync(wanted with { RunAt = Now.AddHours(1) });
            case JobState.Blocked: return await EnqueueAsync(wanted with { RequiresApproval = true });
            case JobState.Queued: return await EnqueueAsync(wanted with { Priority = -1000 });
            case JobState.Running: return (await TakeAsync(wanted)).Lease.Job;
            case JobState.Cancelled:
                var id = await EnqueueAsync(wanted);
                await CancelAsync(id);
                return id;
            default:
                var running = await TakeAsync(wanted);
                await EndAsync(state == JobState.Succeeded ? Success(running) : Failure(running));
                return running.Lease.Job;
        }
    }

    private async Task<Claimed> TakeAsync(NewJob job)
    {
        var id = await EnqueueAsync(job with { Priority = 1000 });
        var claimed = await ClaimOneAsync(queue: job.Queue, type: job.Type);
        Assert.Equal(id, claimed.Lease.Job);
        return claimed;
    }
}
