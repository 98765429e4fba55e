namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    private static readonly RecoveryMark Sweep = new(31, "retryable", "periodic");

    [Fact]
    public async Task A_retry_opens_a_new_generation_and_keeps_the_history()
    {
        var first = await RunningAsync(Plain with { MaxAttempts = 5 });
        await EndAsync(Again(first, TimeSpan.Zero));
        await PromoteAsync();
        await EndAsync(Failure(await ClaimOneAsync()));
        var id = first.Lease.Job;
        Pass(TimeSpan.FromMinutes(1));

        var changed = await RetryAsync(id);
        var job = await JobAsync(id);

        Assert.Equal(new Changed(id, null, JobState.Queued), changed);
        Assert.Equal((JobState.Queued, 2, 2, 0, 0), (job.State, job.Generation, job.Attempt, job.Failures, job.Losses));
        Assert.Equal((null, 5), (job.EndedAt, job.MaxAttempts));
        Assert.True(job.RunAt <= Now);
        var retried = (await EventsAsync(id))[^1];
        Assert.Equal((EventKind.Retried, "ann", 2), (retried.Kind, retried.Actor, retried.Generation));
        Assert.Equal([2, 1], (await AttemptsAsync(id)).Select(attempt => attempt.Attempt));
        var next = await ClaimOneAsync();
        Assert.Equal((3, 2, 0), (next.Lease.Attempt, next.Generation, next.Failures));
        Assert.Equal([2, 1, 1], (await AttemptsAsync(id)).Select(attempt => attempt.Generation));
    }

    [Fact]
    public async Task A_cancelled_job_can_be_retried_and_is_not_cancelled_again()
    {
        var running = await RunningAsync();
        var id = running.Lease.Job;
        await CancelAsync(id);
        await EndAsync(Stopped(running));

        Assert.Null((await RetryAsync(id)).Refusal);

        var job = await JobAsync(id);
        Assert.Equal((JobState.Queued, 2, null, null), (job.State, job.Generation, job.CancelRequestedAt, job.EndReason));
        var worker = await WorkerAsync();
        var next = await ClaimOneAsync(worker);
        Assert.False(Assert.Single((await BeatAsync(worker)).Held).CancelRequested);
        Assert.Equal(JobState.Scheduled, (await EndAsync(Again(next))).State);
    }

    [Fact]
    public async Task A_retry_from_the_start_throws_checkpoint_and_progress_away()
    {
        var running = await RunningAsync();
        await SaveAsync(new AttemptSave
        {
            Lease = running.Lease,
            Checkpoint = new NewCheckpoint(Json("41")),
            Progress = new JobProgress { Done = 41 },
        });
        await EndAsync(Failure(running));

        await RetryAsync(running.Lease.Job, fromStart: true);

        var next = await ClaimOneAsync();
        Assert.Equal((null, null), (next.Checkpoint, next.Progress));
        await SaveAsync(new AttemptSave { Lease = next.Lease, Progress = new JobProgress { Done = 3 } });
        Assert.Equal(3, (await JobAsync(next.Lease.Job)).Progress?.Done);
    }

    [Theory]
    [InlineData(JobState.Cancelled)]
    [InlineData(JobState.Failed)]
    public async Task A_job_that_was_never_approved_is_not_opened_again_by_a_retry(JobState end)
    {
        var upstream = await RunningAsync(Plain with { Type = "upstream" });
        var id = await EnqueueAsync(Plain with
        {
            RequiresApproval = true,
            DependsOn = [new Dependency(upstream.Lease.Job, OnFailed: DependencyOnFailed.Fail)],
        });
        await (end == JobState.Failed ? EndAsync(Failure(upstream)) : CancelAsync(id) as Task);
        Assert.Equal(end, await StateAsync(id));
        var before = await PhotoAsync(id);

        Assert.Equal(new Changed(id, "not_approved", end), await RetryAsync(id));
        Assert.Equal("not_approved", (await RetryAsync(id, force: true)).Refusal);
        Assert.Equal(before, await PhotoAsync(id));
        Assert.Empty(await DrainAsync());
    }

    [Fact]
    public async Task A_job_that_was_approved_may_be_retried()
    {
        var id = await EnqueueAsync(Plain with { RequiresApproval = true });
        await ApproveAsync(id);
        await EndAsync(Failure(await ClaimOneAsync()));

        Assert.Null((await RetryAsync(id)).Refusal);
        Assert.Equal([id], await DrainAsync());
    }

    [Fact]
    public async Task A_success_is_never_opened_again()
    {
        var id = await SucceededAsync();
        var before = await PhotoAsync(id);

        Assert.Equal(new Changed(id, "already_succeeded", JobState.Succeeded), await RetryAsync(id));
        Assert.Equal("already_succeeded", (await RetryAsync(id, force: true)).Refusal);
        Assert.Equal(before, await PhotoAsync(id));
    }

    [Fact]
    public async Task A_job_that_is_not_there_cannot_be_retried()
    {
        Assert.Equal(new Changed(new JobId(987_654), "not_found", null), await RetryAsync(new JobId(987_654)));
    }

    [Theory]
    [InlineData(ErrorCategory.InvalidInput)]
    [InlineData(ErrorCategory.Permission)]
    [InlineData(ErrorCategory.NotFound)]
    [InlineData(ErrorCategory.ContentPolicy)]
    public async Task A_permanent_error_is_retried_only_by_force(ErrorCategory category)
    {
        var running = await RunningAsync();
        var id = running.Lease.Job;
        await EndAsync(Failure(running, category, Disposition.Fail));
        var before = await PhotoAsync(id);

        var refused = await RetryAsync(id);
        Assert.Equal(("not_retryable", JobState.Failed), (refused.Refusal, refused.State));
        Assert.NotNull(refused.Detail);
        Assert.Contains(Words.Of(category), refused.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await PhotoAsync(id));

        Assert.Null((await RetryAsync(id, force: true)).Refusal);
        Assert.Equal(JobState.Queued, await StateAsync(id));
    }

    [Theory]
    [InlineData(ErrorCategory.Network)]
    [InlineData(ErrorCategory.Timeout)]
    [InlineData(ErrorCategory.Internal)]
    [InlineData(ErrorCategory.ProviderError)]
    public async Task A_spent_budget_is_no_permanent_error(ErrorCategory category)
    {
        var id = await FailedAsync(category: category);

        Assert.Null((await RetryAsync(id)).Refusal);
    }

    [Fact]
    public async Task A_crash_loop_can_be_retried()
    {
        var worker = await WorkerAsync();
        var running = await RunningAsync(worker: worker);
        await LoseAsync(worker, cap: 1);

        Assert.Null((await RetryAsync(running.Lease.Job)).Refusal);
    }

    [Fact]
    public async Task A_retry_takes_the_failure_off_the_dead_list()
    {
        var id = await FailedAsync();
        Assert.Equal(1, (await LineAsync()).Dead);

        await RetryAsync(id);

        var line = await LineAsync();
        Assert.Equal((0, 0, 1), (line.Dead, Count(line, JobState.Failed), Count(line, JobState.Queued)));
    }

    [Fact]
    public async Task A_dismissed_failure_that_is_retried_and_fails_again_is_dead_again()
    {
        var id = await FailedAsync();
        await DismissAsync(id);
        await RetryAsync(id);

        var job = await EndAsync(Failure(await ClaimOneAsync()));

        Assert.Equal((JobState.Failed, null), (job.State, job.DismissedAt));
        Assert.Equal(1, (await LineAsync()).Dead);
    }

    [Fact]
    public async Task A_retried_job_takes_its_unique_key_again()
    {
        var id = await FailedAsync(Keyed());

        await RetryAsync(id);

        var again = Assert.Single(await EnqueueAllAsync(Keyed()));
        Assert.Equal((id, true), (again.Id, again.Deduplicated));
    }

    [Fact]
    public async Task A_job_whose_unique_key_another_took_cannot_be_retried()
    {
        var first = await FailedAsync(Keyed());
        var second = await EnqueueAsync(Keyed());
        var before = await PhotoAsync(first);

        Assert.Equal(new Changed(first, "unique_key_in_use", JobState.Failed, second), await RetryAsync(first));
        Assert.Equal(before, await PhotoAsync(first));
    }

    [Fact]
    public async Task Of_two_retries_with_the_same_unique_key_in_one_call_one_wins()
    {
        var first = await FailedAsync(Keyed());
        var second = await FailedAsync(Keyed());

        var changed = await Store.RetryAsync(new RetryRequest { Ids = [first, second], Now = Now }, Ct);

        Assert.Equal([null, "unique_key_in_use"], changed.Select(one => one.Refusal));
        Assert.Equal(first, changed[1].Other);
    }

    [Fact]
    public async Task A_retry_of_a_blocked_job_that_its_dependency_cancelled_runs_all_the_same()
    {
        var first = await EnqueueAsync(Plain with { Type = "upstream" });
        var second = await EnqueueAsync(Plain with { DependsOn = [new Dependency(first)] });
        await CancelAsync(first);

        Assert.Equal(new Changed(second, null, JobState.Queued), await RetryAsync(second));
        Assert.Equal([second], await DrainAsync());
    }

    [Fact]
    public async Task A_retried_dependency_touches_nobody_it_has_already_let_go()
    {
        var first = await EnqueueAsync(Plain with { Type = "upstream" });
        var second = await EnqueueAsync(Plain with { DependsOn = [new Dependency(first, DependencyWhen.Terminal)] });
        await EndAsync(Failure(await ClaimOneAsync(type: "upstream")));
        Assert.Equal(JobState.Queued, await StateAsync(second));
        await RetryAsync(first);

        await EndAsync(Failure(await ClaimOneAsync(type: "upstream")));

        Assert.Equal([second], await DrainAsync());
    }

    [Fact]
    public async Task A_recovery_leaves_its_mark()
    {
        var id = await FailedAsync();

        Assert.Null((await RetryAsync(id, recovery: Sweep)).Refusal);

        var job = await JobAsync(id);
        Assert.Equal((JobState.Queued, 2, 1), (job.State, job.Generation, job.Recoveries));
        Assert.Equal(EventKind.Recovered, (await KindsAsync(id))[^1]);
        var next = await ClaimOneAsync();
        Assert.Equal(Sweep, next.Recovery);
        Assert.Equal(Sweep, (await AttemptsAsync(id))[0].Recovery);
        await EndAsync(Again(next, TimeSpan.Zero));
        await PromoteAsync();
        var second = await ClaimOneAsync();
        Assert.Null(second.Recovery);
        await EndAsync(Failure(second));
        Assert.Equal([null, Sweep, null], (await AttemptsAsync(id)).Select(attempt => attempt.Recovery));
        Assert.Null((await RetryAsync(id)).Refusal);
        Assert.Null((await ClaimOneAsync()).Recovery);
    }

    [Fact]
    public async Task A_generation_begins_without_the_points_of_its_retries()
    {
        var job = await RunningAsync(Plain with { Priority = 3, PriorityReasons = [new PriorityReason(3, "base")] });
        Assert.Equal(8, (await EndAsync(Again(job, TimeSpan.Zero))).Priority);
        await PromoteAsync();
        await EndAsync(Failure(await ClaimOneAsync()));

        await RetryAsync(job.Lease.Job);

        Assert.Equal(3, (await JobAsync(job.Lease.Job)).Priority);
    }

    [Theory]
    [InlineData(JobState.Cancelled)]
    [InlineData(JobState.Succeeded)]
    [InlineData(JobState.Queued)]
    public async Task Only_failures_are_recovered(JobState state)
    {
        var id = state == JobState.Succeeded ? await SucceededAsync() : await EnqueueAsync();
        if (state == JobState.Cancelled)
        {
            await CancelAsync(id);
        }

        var before = await PhotoAsync(id);

        var refused = await RetryAsync(id, recovery: Sweep);

        Assert.NotNull(refused.Refusal);
        Assert.Equal(state, refused.State);
        Assert.Equal(before, await PhotoAsync(id));
    }

    [Fact]
    public async Task A_job_is_recovered_three_times_and_no_more()
    {
        var id = await FailedAsync();
        for (var n = 1; n <= 3; n++)
        {
            Assert.Null((await RetryAsync(id, recovery: Sweep)).Refusal);
            Assert.Equal(n, (await JobAsync(id)).Recoveries);
            await EndAsync(Failure(await ClaimOneAsync()));
        }

        Assert.NotNull((await RetryAsync(id, recovery: Sweep)).Refusal);
        Assert.Equal((JobState.Failed, 3), (await StateAsync(id), (await JobAsync(id)).Recoveries));
        Assert.Null((await RetryAsync(id)).Refusal);
    }

    [Fact]
    public async Task A_retried_job_wakes_the_workers()
    {
        var id = await FailedAsync(Plain with { Priority = 8 });
        var heard = new List<int>();
        Store.Wakeups.Runnable += heard.Add;

        await RetryAsync(id);

        Assert.Contains(8, heard);
    }

    [Fact]
    public async Task A_failure_that_a_person_dismissed_is_not_recovered()
    {
        var id = await FailedAsync();
        await DismissAsync(id);
        var before = await PhotoAsync(id);

        Assert.Equal(new Changed(id, "not_recoverable", JobState.Failed), await RetryAsync(id, recovery: Sweep));
        Assert.Equal(before, await PhotoAsync(id));
        await DismissAsync(id, dismiss: false);
        Assert.Null((await RetryAsync(id, recovery: Sweep)).Refusal);
    }

    [Fact]
    public async Task A_failure_that_has_changed_since_it_was_looked_at_is_not_recovered()
    {
        var id = await FailedAsync();
        var seen = (await JobAsync(id)).RowVersion;
        await RetryAsync(id);
        await EndAsync(Failure(await ClaimOneAsync()));
        var before = await PhotoAsync(id);
        var request = new RetryRequest { Ids = [id], Now = Now, Recovery = Sweep, RowVersion = seen };

        var refused = Assert.Single(await Store.RetryAsync(request, Ct));
        Assert.Equal(("row_version_mismatch", JobState.Failed), (refused.Refusal, refused.State));
        Assert.Equal(before, await PhotoAsync(id));
        Assert.Null(Assert.Single(await Store.RetryAsync(request with { RowVersion = (await JobAsync(id)).RowVersion }, Ct)).Refusal);
    }

    [Fact]
    public async Task Who_leads_no_more_recovers_nothing()
    {
        var id = await FailedAsync();
        var (first, second) = (await WorkerAsync(), await WorkerAsync());
        var old = (await TakeLeadAsync(first)).Term;
        var request = new RetryRequest { Ids = [id], Now = Now, Recovery = Sweep, Term = old };
        var now = (await TakeLeadAsync(second)).Term;
        var before = await PhotoAsync(id);

        Assert.Equal(new Changed(id, "not_leader", JobState.Failed), Assert.Single(await Store.RetryAsync(request, Ct)));
        Assert.Equal(before, await PhotoAsync(id));
        Assert.Null(Assert.Single(await Store.RetryAsync(request with { Term = now }, Ct)).Refusal);
    }
}
