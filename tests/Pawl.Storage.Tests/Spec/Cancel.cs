namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Theory]
    [InlineData(JobState.Queued)]
    [InlineData(JobState.Scheduled)]
    [InlineData(JobState.Blocked)]
    public async Task A_job_that_does_not_run_is_cancelled_at_once(JobState state)
    {
        var id = await EnqueueAsync(state switch
        {
            JobState.Queued => Plain,
            JobState.Scheduled => Plain with { RunAt = Now.AddHours(1) },
            _ => Plain with { RequiresApproval = true },
        });
        Pass(TimeSpan.FromSeconds(1));

        var changed = await CancelAsync(id);
        var job = await JobAsync(id);

        Assert.Equal(new Changed(id, null, JobState.Cancelled), changed);
        Assert.Equal((JobState.Cancelled, EndReason.User, Now), (job.State, job.EndReason, job.EndedAt));
        Assert.Equal((null, null), (job.WaitReason, job.BlockReason));
        var cancelled = (await EventsAsync(id))[^1];
        Assert.Equal((EventKind.Cancelled, "ann"), (cancelled.Kind, cancelled.Actor));
        Assert.Equal((state, JobState.Cancelled), (cancelled.From, cancelled.To));
        Pass(TimeSpan.FromHours(2));
        await PromoteAsync();
        Assert.Empty(await DrainAsync());
    }

    [Fact]
    public async Task A_running_job_is_asked_to_stop()
    {
        var worker = await WorkerAsync();
        var running = await RunningAsync(worker: worker);
        var id = running.Lease.Job;

        var changed = await CancelAsync(id);
        var job = await JobAsync(id);

        Assert.Equal(new Changed(id, null, JobState.Running, WorkerId: worker), changed);
        Assert.Equal((JobState.Running, Now, "ann", "wrong"), (job.State, job.CancelRequestedAt, job.CancelRequestedBy, job.CancelReason));
        Assert.Equal(EventKind.CancelRequested, (await KindsAsync(id))[^1]);
    }

    [Fact]
    public async Task A_cancel_wakes_the_worker_that_must_be_told()
    {
        var worker = await WorkerAsync();
        var running = await RunningAsync(worker: worker);
        var heard = new List<long>();
        Store.Wakeups.Attention += heard.Add;

        await CancelAsync(running.Lease.Job);

        Assert.Equal([worker], heard);
    }

    [Fact]
    public async Task To_ask_a_running_job_twice_is_safe()
    {
        var running = await RunningAsync();
        await CancelAsync(running.Lease.Job);
        var first = await JobAsync(running.Lease.Job);
        Pass(TimeSpan.FromSeconds(5));

        var again = await CancelAsync(running.Lease.Job);

        Assert.Equal((null, JobState.Running), (again.Refusal, again.State));
        Assert.Equal(first.CancelRequestedAt, (await JobAsync(running.Lease.Job)).CancelRequestedAt);
        Assert.Single(await KindsAsync(running.Lease.Job), kind => kind == EventKind.CancelRequested);
    }

    [Fact]
    public async Task A_cancel_may_set_another_grace()
    {
        var running = await RunningAsync();
        await Store.CancelAsync(new CancelRequest { Ids = [running.Lease.Job], Now = Now, Grace = TimeSpan.FromSeconds(2) }, Ct);

        Assert.Equal(TimeSpan.FromSeconds(2), (await JobAsync(running.Lease.Job)).Grace);
    }

    [Fact]
    public async Task A_job_that_ended_cannot_be_cancelled()
    {
        var (succeeded, failed) = (await SucceededAsync(), await FailedAsync());
        var photos = (await PhotoAsync(succeeded), await PhotoAsync(failed));

        Assert.Equal(new Changed(succeeded, "already_final", JobState.Succeeded), await CancelAsync(succeeded));
        Assert.Equal(new Changed(failed, "already_final", JobState.Failed), await CancelAsync(failed));
        Assert.Equal(photos, (await PhotoAsync(succeeded), await PhotoAsync(failed)));
    }

    [Fact]
    public async Task A_job_that_is_not_there_cannot_be_cancelled()
    {
        Assert.Equal(new Changed(new JobId(987_654), "not_found", null), await CancelAsync(new JobId(987_654)));
    }

    [Fact]
    public async Task Many_jobs_are_cancelled_in_one_call_and_answered_in_order()
    {
        var running = (await RunningAsync()).Lease.Job;
        var done = await SucceededAsync();
        var queued = await EnqueueAsync();
        var nobody = new JobId(987_654);

        var changed = await Store.CancelAsync(new CancelRequest { Ids = [queued, nobody, done, running], Now = Now }, Ct);

        Assert.Equal([queued, nobody, done, running], changed.Select(one => one.Id));
        Assert.Equal([null, "not_found", "already_final", null], changed.Select(one => one.Refusal));
        Assert.Equal([JobState.Cancelled, null, JobState.Succeeded, JobState.Running], changed.Select(one => one.State));
    }

    [Fact]
    public async Task Cancelling_a_parent_cancels_its_open_children()
    {
        var worker = await WorkerAsync();
        var parent = await EnqueueAsync(Plain with { Type = "parent" });
        var child = Plain with { Type = "child", ParentId = parent };
        var done = await SucceededAsync(child);
        var running = await RunningAsync(child, worker);
        var queued = await EnqueueAsync(child);
        var scheduled = await EnqueueAsync(child with { RunAt = Now.AddHours(1) });
        var grandchild = await EnqueueAsync(Plain with { ParentId = queued });

        await CancelAsync(parent);

        Assert.Equal((JobState.Cancelled, EndReason.User), await EndOfAsync(parent));
        foreach (var id in new[] { queued, scheduled, grandchild })
        {
            var job = await JobAsync(id);
            Assert.Equal((JobState.Cancelled, EndReason.Parent), (job.State, job.EndReason));
        }

        Assert.Equal(JobState.Succeeded, await StateAsync(done));
        Assert.NotNull((await JobAsync(running.Lease.Job)).CancelRequestedAt);
        var stopped = await EndAsync(Stopped(running));
        Assert.Equal((JobState.Cancelled, EndReason.Parent), (stopped.State, stopped.EndReason));
    }

    [Fact]
    public async Task A_running_parent_that_is_asked_to_stop_takes_its_children_along()
    {
        var parent = await RunningAsync(Plain with { Type = "parent" });
        var child = await EnqueueAsync(Plain with { ParentId = parent.Lease.Job });

        await CancelAsync(parent.Lease.Job);

        Assert.Equal((JobState.Cancelled, EndReason.Parent), await EndOfAsync(child));
    }

    [Fact]
    public async Task A_cancel_reaches_what_children_left_behind_that_have_ended()
    {
        var parent = await EnqueueAsync(Plain with { Type = "level0" });
        var line = new List<JobId> { parent };
        for (var level = 1; level <= 8; level++)
        {
            line.Add(await EnqueueAsync(Plain with { Type = $"level{level}", ParentId = line[^1] }));
        }

        for (var level = 1; level < 8; level++)
        {
            await EndAsync(level % 2 == 0 ? Success(await TakeAsync(level)) : Failure(await TakeAsync(level)));
        }

        var beside = await EnqueueAsync(Plain with { ParentId = line[6], RunAt = Now.AddHours(1) });
        await CancelAsync(parent);

        Assert.Equal((JobState.Cancelled, EndReason.User), await EndOfAsync(parent));
        Assert.Equal((JobState.Cancelled, EndReason.Parent), await EndOfAsync(line[8]));
        Assert.Equal((JobState.Cancelled, EndReason.Parent), await EndOfAsync(beside));
        Assert.Equal((JobState.Succeeded, JobState.Failed), (await StateAsync(line[6]), await StateAsync(line[7])));

        async Task<Claimed> TakeAsync(int level) => await ClaimOneAsync(type: $"level{level}");
    }

    [Fact]
    public async Task A_cancel_asked_again_reaches_children_that_were_left_alone()
    {
        var parent = await EnqueueAsync(Plain with { Type = "parent" });
        var child = await EnqueueAsync(Plain with { ParentId = parent });
        await CancelAsync(parent, children: false);

        Assert.Equal((null, JobState.Cancelled), await CancelAsync(parent) is var again ? (again.Refusal, again.State) : default);
        Assert.Equal((JobState.Cancelled, EndReason.Parent), await EndOfAsync(child));
    }

    [Fact]
    public async Task Jobs_that_are_cancelled_together_are_all_cancelled_by_who_asked()
    {
        var parent = await EnqueueAsync(Plain with { Type = "parent" });
        var child = await EnqueueAsync(Plain with { ParentId = parent });
        var waiting = await EnqueueAsync(Plain with { DependsOn = [new Dependency(child)] });
        var running = await RunningAsync(Plain with { Type = "runs", ParentId = parent });
        JobId[] asked = [child, parent, running.Lease.Job, waiting];

        var replies = await Store.CancelAsync(new CancelRequest { Ids = asked, Now = Now, By = "ann" }, Ct);

        Assert.Equal(asked, replies.Select(reply => reply.Id));
        Assert.All(replies, reply => Assert.Null(reply.Refusal));
        await EndAsync(Stopped(running));
        foreach (var id in asked)
        {
            Assert.Equal((JobState.Cancelled, EndReason.User), await EndOfAsync(id));
        }
    }

    [Fact]
    public async Task Children_may_be_left_alone()
    {
        var parent = await EnqueueAsync(Plain with { Type = "parent" });
        var child = await EnqueueAsync(Plain with { ParentId = parent });

        await CancelAsync(parent, children: false);

        Assert.Equal((JobState.Cancelled, JobState.Queued), (await StateAsync(parent), await StateAsync(child)));
    }

    [Fact]
    public async Task Children_of_a_parent_that_had_ended_stay()
    {
        var parent = await SucceededAsync(Plain with { Type = "parent" });
        var child = await EnqueueAsync(Plain with { ParentId = parent });

        Assert.Equal("already_final", (await CancelAsync(parent)).Refusal);
        Assert.Equal(JobState.Queued, await StateAsync(child));
    }

    [Fact]
    public async Task A_newer_run_is_a_reason_of_its_own()
    {
        var running = await RunningAsync();
        var queued = await EnqueueAsync();
        await Store.CancelAsync(
            new CancelRequest { Ids = [running.Lease.Job, queued], Now = Now, EndReason = EndReason.Superseded }, Ct);

        Assert.Equal(EndReason.Superseded, (await JobAsync(queued)).EndReason);
        Assert.Equal(EndReason.Superseded, (await EndAsync(Stopped(running))).EndReason);
    }

    [Fact]
    public async Task A_job_held_for_its_key_can_be_cancelled()
    {
        var holder = await RunningAsync(Plain with { ConcurrencyKey = "repo" });
        var held = await EnqueueAsync(Plain with { ConcurrencyKey = "repo" });
        Assert.Empty(await DrainAsync());

        await CancelAsync(held);
        await EndAsync(Success(holder));

        Assert.Equal(JobState.Cancelled, await StateAsync(held));
        Assert.Equal(0, (await LineAsync()).Held);
        Assert.Empty(await DrainAsync());
    }

    [Fact]
    public async Task A_job_taken_ahead_is_asked_to_stop_like_any_other()
    {
        var worker = await WorkerAsync();
        var id = await EnqueueAsync();
        await ClaimAsync(Ask(worker, 0) with { Prefetch = 1 });

        Assert.Equal(new Changed(id, null, JobState.Running, WorkerId: worker), await CancelAsync(id));
        Assert.True(Assert.Single((await BeatAsync(worker)).Held).CancelRequested);
    }
}
