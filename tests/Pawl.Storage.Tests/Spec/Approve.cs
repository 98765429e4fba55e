namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task An_approved_job_is_queued()
    {
        var id = await EnqueueAsync(Plain with { RequiresApproval = true });

        Assert.Equal(new Changed(id, null, JobState.Queued), await ApproveAsync(id));

        Assert.Equal((JobState.Queued, null), ((await JobAsync(id)).State, (await JobAsync(id)).BlockReason));
        var unblocked = (await EventsAsync(id))[^1];
        Assert.Equal((EventKind.Unblocked, "ann", JobState.Queued), (unblocked.Kind, unblocked.Actor, unblocked.To));
        Assert.Equal([id], await DrainAsync());
    }

    [Fact]
    public async Task An_approved_job_whose_time_is_ahead_is_scheduled()
    {
        var id = await EnqueueAsync(Plain with { RequiresApproval = true, RunAt = Now.AddHours(1) });

        Assert.Equal(new Changed(id, null, JobState.Scheduled), await ApproveAsync(id));

        Assert.Equal((JobState.Scheduled, WaitReason.Delay), ((await JobAsync(id)).State, (await JobAsync(id)).WaitReason));
        Assert.Equal(Now.AddHours(1), (await PromoteAsync()).NextAt);
    }

    [Fact]
    public async Task An_approved_job_still_waits_for_others()
    {
        var first = await EnqueueAsync(Plain with { Type = "upstream" });
        var id = await EnqueueAsync(Plain with { RequiresApproval = true, DependsOn = [new Dependency(first)] });

        Assert.Equal(new Changed(id, null, JobState.Blocked), await ApproveAsync(id));

        Assert.Equal((JobState.Blocked, BlockReason.Dependency), ((await JobAsync(id)).State, (await JobAsync(id)).BlockReason));
        await EndAsync(Success(await ClaimOneAsync(type: "upstream")));
        Assert.Equal(JobState.Queued, await StateAsync(id));
    }

    [Fact]
    public async Task A_job_that_waits_for_no_approval_cannot_be_approved()
    {
        var upstream = await EnqueueAsync(Plain with { Type = "upstream" });
        var waiting = await EnqueueAsync(Plain with { DependsOn = [new Dependency(upstream)] });
        var running = (await RunningAsync()).Lease.Job;
        var done = await SucceededAsync(Plain with { Type = "done" });
        foreach (var id in new[] { upstream, waiting, running, done })
        {
            var before = await PhotoAsync(id);

            Assert.Equal(new Changed(id, "not_awaiting_approval", await StateAsync(id)), await ApproveAsync(id));
            Assert.Equal(before, await PhotoAsync(id));
        }

        Assert.Equal(new Changed(new JobId(987_654), "not_found", null), await ApproveAsync(new JobId(987_654)));
    }

    [Fact]
    public async Task Approving_twice_lets_a_job_go_once()
    {
        var id = await EnqueueAsync(Plain with { RequiresApproval = true });
        await ApproveAsync(id);

        Assert.Equal("not_awaiting_approval", (await ApproveAsync(id)).Refusal);
        Assert.Equal([id], await DrainAsync());
    }

    [Fact]
    public async Task An_approved_job_wakes_the_workers()
    {
        var id = await EnqueueAsync(Plain with { RequiresApproval = true, Priority = 6 });
        var heard = new List<int>();
        Store.Wakeups.Runnable += heard.Add;

        await ApproveAsync(id);

        Assert.Contains(6, heard);
    }
}
