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
    public async Task A_list_walks_over_every_job_once_newest_first()
    {
        var ids = (await EnqueueAllAsync(Enumerable.Repeat(Plain, 23))).Select(job => job.Id).ToList();

        Assert.Equal(Enumerable.Reverse(ids), await WalkAsync(new JobQuery { Limit = 5 }));
        Assert.Equal(ids, await WalkAsync(new JobQuery { Limit = 5, Ascending = true }));
    }

    [Fact]
    public async Task A_full_last_page_has_nothing_behind_it()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 4));

        Assert.Equal(4, (await WalkAsync(new JobQuery { Limit = 2 })).Count);
        Assert.Equal(4, (await WalkAsync(new JobQuery { Limit = 4 })).Count);
        Assert.Empty(await WalkAsync(new JobQuery { Type = "nobody" }));
    }

    [Fact]
    public async Task A_job_that_is_there_during_the_whole_walk_is_seen_once_whatever_comes_and_goes()
    {
        var ids = (await EnqueueAllAsync(Enumerable.Repeat(Plain, 10))).Select(job => job.Id).ToList();
        var seen = new List<JobId>();
        var page = await Store.ListAsync(new JobQuery { Limit = 3 }, Ct);
        seen.AddRange(page.Jobs.Select(job => job.Id));
        while (page.Next is { } next)
        {
            await EnqueueAsync();
            await DrainAsync(1);
            page = await Store.ListAsync(new JobQuery { Limit = 3, After = next }, Ct);
            seen.AddRange(page.Jobs.Select(job => job.Id));
        }

        Assert.Equal(Enumerable.Reverse(ids), seen);
    }

    [Fact]
    public async Task A_list_keeps_to_all_its_conditions()
    {
        var parent = await EnqueueAsync(Plain with { Type = "parent" });
        var mail = await EnqueueAsync();
        var report = await EnqueueAsync(Plain with { Type = "report", Queue = "slow" });
        var child = await EnqueueAsync(Plain with { ParentId = parent });
        var later = await EnqueueAsync(Plain with { RunAt = Now.AddHours(1) });
        var blocked = await EnqueueAsync(Plain with { RequiresApproval = true, Queue = "slow" });
        var failed = await FailedAsync(Plain with { Type = "broken" });

        Assert.Equal([later, child, mail], await WalkAsync(new JobQuery { Queue = "default", Type = "mail" }));
        Assert.Equal([blocked, report], await WalkAsync(new JobQuery { Queue = "slow" }));
        Assert.Equal([report], await WalkAsync(new JobQuery { Type = "report" }));
        Assert.Equal([child], await WalkAsync(new JobQuery { Parent = parent }));
        Assert.Equal([later], await WalkAsync(new JobQuery { States = [JobState.Scheduled] }));
        Assert.Equal([failed, blocked], await WalkAsync(new JobQuery { States = [JobState.Blocked, JobState.Failed] }));
        Assert.Equal([child, report, mail, parent], await WalkAsync(new JobQuery { States = [JobState.Queued], Limit = 2 }));
        Assert.Equal([blocked], await WalkAsync(new JobQuery { States = [JobState.Blocked], Queue = "slow", Type = "mail" }));
        Assert.Empty(await WalkAsync(new JobQuery { States = [JobState.Running], Queue = "slow" }));
    }

    [Theory]
    [InlineData(JobState.Scheduled)]
    [InlineData(JobState.Blocked)]
    [InlineData(JobState.Queued)]
    [InlineData(JobState.Running)]
    [InlineData(JobState.Succeeded)]
    [InlineData(JobState.Failed)]
    [InlineData(JobState.Cancelled)]
    public async Task Jobs_can_be_listed_by_each_state(JobState state)
    {
        var ids = new Dictionary<JobState, JobId>();
        foreach (var each in Enum.GetValues<JobState>())
        {
            ids[each] = await InStateAsync(each, Plain with { Type = Words.Of(each) });
        }

        Assert.Equal([ids[state]], await WalkAsync(new JobQuery { States = [state] }));
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

    [Fact]
    public async Task Depths_are_exact_in_every_state()
    {
        foreach (var state in Enum.GetValues<JobState>())
        {
            await InStateAsync(state);
            await InStateAsync(state, Plain with { Queue = "slow" });
        }

        foreach (var queue in new[] { "default", "slow" })
        {
            var line = await LineAsync(queue);
            Assert.All(Enum.GetValues<JobState>(), state => Assert.Equal(1, Count(line, state)));
            Assert.Equal((0, 1), (line.Held, line.Dead));
        }
    }

    [Fact]
    public async Task The_oldest_runnable_job_of_a_line_is_told()
    {
        var first = Now;
        await EnqueueAsync(Plain with { Priority = -5 });
        Pass(TimeSpan.FromMinutes(1));
        await EnqueueAsync(Plain with { Priority = 5 });
        await EnqueueAsync(Plain with { RunAt = Now.AddHours(1), Type = "later" });

        Assert.Equal(first, (await LineAsync()).OldestRunnableAt);
        Assert.Null((await LineAsync(type: "later")).OldestRunnableAt);
        await DrainAsync();
        Assert.Null((await LineAsync()).OldestRunnableAt);
    }

    [Fact]
    public async Task What_happened_is_counted_minute_by_minute()
    {
        var start = Now;
        await EnqueueAllAsync(Plain, Plain, Plain);
        Pass(TimeSpan.FromSeconds(2));
        var jobs = await ClaimAsync(await WorkerAsync(), 3);
        Pass(TimeSpan.FromMinutes(1));
        await EndAsync(Success(jobs[0]));
        await EndAsync(Failure(jobs[1]) with { Run = TimeSpan.FromSeconds(2) });
        await EndAsync(Again(jobs[2]) with { Outcome = Outcome.TimedOut, Run = TimeSpan.FromSeconds(3) });

        var minutes = await Store.MinutesAsync(start.AddMinutes(-1), Ct);

        Assert.Equal(2, minutes.Count);
        var (first, second) = (minutes.MinBy(row => row.Minute)!, minutes.MaxBy(row => row.Minute)!);
        Assert.Equal(("default", "mail", 3, 3), (first.Queue, first.Type, first.Created, first.Started));
        Assert.Equal(TimeSpan.FromSeconds(6), first.Wait);
        Assert.Equal(0, first.Minute.Second);
        Assert.True(first.Minute <= start && start < first.Minute.AddMinutes(1));
        Assert.Equal((0, 0, 1), (second.Created, second.Started, second.Died));
        Assert.Equal(
            (1, 1, 1),
            (second.Ended.GetValueOrDefault(Outcome.Succeeded), second.Ended.GetValueOrDefault(Outcome.Failed), second.Ended.GetValueOrDefault(Outcome.TimedOut)));
        Assert.Equal(TimeSpan.FromSeconds(6.5), second.Run);
        Assert.Equal(second.Minute, Assert.Single(await Store.MinutesAsync(second.Minute, Ct)).Minute);
    }

    [Fact]
    public async Task A_worker_that_left_is_still_seen_for_a_day()
    {
        var worker = await WorkerAsync();
        await Store.HeartbeatAsync(new HeartbeatRequest { WorkerId = worker, Beat = 1, Now = Now, Leaving = true }, Ct);

        Assert.Contains(await Store.WorkersAsync(Ct), row => row.Id == worker && row.Gone);
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

    private async Task<IReadOnlyList<JobId>> WalkAsync(JobQuery query)
    {
        var ids = new List<JobId>();
        for (var pages = 0; pages < 100; pages++)
        {
            var page = await Store.ListAsync(query, Ct);
            Assert.True(page.Jobs.Count <= query.Limit);
            ids.AddRange(page.Jobs.Select(job => job.Id));
            if (page.Next is not { } next)
            {
                return ids;
            }

            query = query with { After = next };
        }

        throw new InvalidOperationException("The list did not come to an end in 100 pages.");
    }
}
