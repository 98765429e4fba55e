namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_scheduled_job_is_queued_when_its_time_comes()
    {
        var id = await EnqueueAsync(Plain with { RunAt = Now.AddMinutes(5), Priority = 3 });
        Assert.Equal((0, Now.AddMinutes(5)), ((await PromoteAsync()).Due, (await PromoteAsync()).NextAt));

        Pass(TimeSpan.FromMinutes(5));
        var reply = await PromoteAsync();
        var job = await JobAsync(id);

        Assert.Equal((1, 0, false, null), (reply.Due, reply.Expired, reply.More, reply.NextAt));
        Assert.Equal((JobState.Queued, null, 3), (job.State, job.WaitReason, job.Priority));
        Assert.Equal([EventKind.Created, EventKind.Due], await KindsAsync(id));
        Assert.Equal([id], await DrainAsync());
    }

    [Fact]
    public async Task A_job_is_not_due_a_microsecond_early()
    {
        var id = await EnqueueAsync(Plain with { RunAt = Now.AddSeconds(1) });

        Pass(TimeSpan.FromSeconds(1) - TimeSpan.FromMicroseconds(1));
        Assert.Equal(0, (await PromoteAsync()).Due);
        Pass(TimeSpan.FromMicroseconds(1));
        Assert.Equal(1, (await PromoteAsync()).Due);
        Assert.Equal(JobState.Queued, await StateAsync(id));
    }

    [Fact]
    public async Task The_leader_hears_when_the_next_job_is_due()
    {
        await EnqueueAllAsync(
            Plain with { RunAt = Now.AddMinutes(9) }, Plain with { RunAt = Now.AddMinutes(1) }, Plain with { RunAt = Now.AddMinutes(4) });

        Assert.Equal(Now.AddMinutes(1), (await PromoteAsync()).NextAt);
        Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(Now.AddMinutes(3), (await PromoteAsync()).NextAt);
    }

    [Fact]
    public async Task The_leader_hears_when_the_next_job_expires()
    {
        await EnqueueAsync(Plain with { StartBy = Now.AddMinutes(3) });

        Assert.Equal(Now.AddMinutes(3), (await PromoteAsync()).NextAt);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public async Task The_next_time_told_is_never_one_that_has_come(long late)
    {
        await EnqueueAllAsync(Plain with { StartBy = Now.AddMinutes(3) }, Plain with { RunAt = Now.AddMinutes(3) });
        await TermAsync();
        Pass(TimeSpan.FromMinutes(3) + TimeSpan.FromMicroseconds(late));

        Assert.Null((await PromoteAsync()).NextAt);
    }

    [Fact]
    public async Task Nothing_that_waits_is_no_next_time()
    {
        await EnqueueAsync();

        Assert.Null((await PromoteAsync()).NextAt);
    }

    [Fact]
    public async Task Many_due_jobs_are_moved_page_by_page()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { RunAt = Now.AddSeconds(1) }, 25));
        Pass(TimeSpan.FromSeconds(1));
        var moved = 0;
        var pages = 0;
        PromoteReply reply;
        do
        {
            reply = await PromoteAsync(10);
            Assert.True(reply.Due <= 10);
            moved += reply.Due;
            pages++;
        }
        while (reply.More && pages < 10);

        Assert.Equal(25, moved);
        Assert.Equal(25, Count(await LineAsync(), JobState.Queued));
    }

    [Fact]
    public async Task Only_the_leader_of_the_term_may_move_due_jobs()
    {
        var id = await EnqueueAsync(Plain with { RunAt = Now.AddSeconds(1) });
        Pass(TimeSpan.FromSeconds(1));
        var term = await TermAsync();

        foreach (var wrong in new[] { term - 1, term + 1 })
        {
            var reply = await Store.PromoteAsync(new PromoteRequest(wrong, Now), Ct);
            Assert.Equal((false, 0, 0), (reply.Accepted, reply.Due, reply.Expired));
        }

        Assert.Equal(JobState.Scheduled, await StateAsync(id));
    }

    [Theory]
    [InlineData(JobState.Queued)]
    [InlineData(JobState.Scheduled)]
    [InlineData(JobState.Blocked)]
    public async Task A_job_that_has_not_started_in_time_is_cancelled_as_expired(JobState state)
    {
        var late = Plain with { StartBy = Now.AddMinutes(1) };
        var id = await EnqueueAsync(state switch
        {
            JobState.Queued => late,
            JobState.Scheduled => late with { RunAt = Now.AddHours(1) },
            _ => late with { RequiresApproval = true },
        });
        Assert.Equal(state, await StateAsync(id));
        Pass(TimeSpan.FromMinutes(2));

        var reply = await PromoteAsync();
        var job = await JobAsync(id);

        Assert.Equal((0, 1), (reply.Due, reply.Expired));
        Assert.Equal((JobState.Cancelled, EndReason.Expired, Now), (job.State, job.EndReason, job.EndedAt));
        Assert.Equal(EventKind.Cancelled, (await KindsAsync(id))[^1]);
        Assert.Empty(await DrainAsync());
    }

    [Fact]
    public async Task A_job_that_is_both_due_and_too_late_is_too_late()
    {
        var id = await EnqueueAsync(Plain with { RunAt = Now.AddMinutes(1), StartBy = Now.AddMinutes(2) });
        Pass(TimeSpan.FromMinutes(3));

        await PromoteAsync();

        Assert.Equal((JobState.Cancelled, EndReason.Expired), await EndOfAsync(id));
    }

    [Fact]
    public async Task A_job_that_has_started_once_no_longer_expires()
    {
        var running = await RunningAsync(Plain with { StartBy = Now.AddMinutes(1) });
        await EndAsync(Again(running, TimeSpan.FromMinutes(5)));
        Pass(TimeSpan.FromMinutes(10));

        var reply = await PromoteAsync();

        Assert.Equal((1, 0), (reply.Due, reply.Expired));
        Assert.Equal([running.Lease.Job], await DrainAsync());
    }

    [Fact]
    public async Task A_job_that_runs_does_not_expire()
    {
        var running = await RunningAsync(Plain with { StartBy = Now.AddMinutes(1) });
        Pass(TimeSpan.FromMinutes(10));

        Assert.Equal(0, (await PromoteAsync()).Expired);
        Assert.Equal(JobState.Running, await StateAsync(running.Lease.Job));
    }

    [Fact]
    public async Task A_job_held_for_its_key_can_expire()
    {
        await RunningAsync(Plain with { ConcurrencyKey = "repo" });
        var id = await EnqueueAsync(Plain with { ConcurrencyKey = "repo", StartBy = Now.AddMinutes(1) });
        Assert.Empty(await DrainAsync());
        Pass(TimeSpan.FromMinutes(2));

        Assert.Equal(1, (await PromoteAsync()).Expired);
        Assert.Equal(JobState.Cancelled, await StateAsync(id));
        Assert.Equal(0, (await LineAsync()).Held);
    }

    [Fact]
    public async Task An_expired_job_fails_what_waited_for_it()
    {
        var first = await EnqueueAsync(Plain with { StartBy = Now.AddMinutes(1) });
        var second = await EnqueueAsync(Plain with { DependsOn = [new Dependency(first)] });
        Pass(TimeSpan.FromMinutes(2));

        await PromoteAsync();

        Assert.Equal((JobState.Cancelled, EndReason.DependencyFailed), await EndOfAsync(second));
    }

    [Fact]
    public async Task An_expired_job_frees_its_unique_key()
    {
        await EnqueueAsync(Keyed() with { StartBy = Now.AddMinutes(1) });
        Pass(TimeSpan.FromMinutes(2));
        await PromoteAsync();

        Assert.False(Assert.Single(await EnqueueAllAsync(Keyed())).Deduplicated);
    }

    [Fact]
    public async Task Jobs_that_come_due_wake_the_workers()
    {
        var soon = Plain with { RunAt = Now.AddSeconds(1) };
        await EnqueueAllAsync(soon with { Priority = 4 }, soon with { Priority = 44 });
        var heard = new List<int>();
        Store.Wakeups.Runnable += heard.Add;
        Pass(TimeSpan.FromSeconds(1));

        await PromoteAsync();

        Assert.Equal(44, heard.Max());
    }
}
