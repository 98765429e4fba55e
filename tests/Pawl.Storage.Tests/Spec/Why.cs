namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_waiting_job_shows_the_pauses_and_limits_it_stands_under()
    {
        var id = await EnqueueAsync();
        await PauseAsync(queue: "default");
        await PauseAsync(type: "mail");
        await Store.LimitAsync(new LimitRequest("default", null, 3, Now, "ann"), Ct);

        var facts = await Store.WhyAsync(id, Ct);
        Assert.NotNull(facts);
        Assert.Equal((id, 3, 0L), (facts.Job.Id, facts.QueueMaxRunning, facts.QueueRunning));
        Assert.Equal((Now, "ann", "deploy"), (facts.QueuePause?.At, facts.QueuePause?.By, facts.QueuePause?.Reason));
        Assert.Equal("deploy", facts.TypePause?.Reason);
    }

    [Fact]
    public async Task A_waiting_job_shows_who_holds_its_key()
    {
        var holder = await RunningAsync(Plain with { ConcurrencyKey = "repo" });
        var id = await EnqueueAsync(Plain with { ConcurrencyKey = "repo" });

        var facts = await Store.WhyAsync(id, Ct);
        Assert.Equal([holder.Lease.Job], facts?.KeyRunning);
        Assert.Equal((1, 1L), (facts?.KeyMaxRunning, facts?.QueueRunning));
    }

    [Fact]
    public async Task A_waiting_job_shows_how_many_of_its_queue_come_before_it()
    {
        var low = await EnqueueAsync(Plain with { Priority = -5 });
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 10));
        var id = await EnqueueAsync();
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 10));
        await EnqueueAsync(Plain with { Type = "report", Priority = 3 });
        await EnqueueAsync(Plain with { Queue = "other", Priority = 3 });
        var own = await EnqueueAsync(Plain with { Priority = 1 });
        await EditAsync(Edit(own) with { Priority = 9 });

        Assert.Equal(12, (await Store.WhyAsync(id, Ct))?.Ahead);
        Assert.Equal(23, (await Store.WhyAsync(low, Ct))?.Ahead);
        Assert.Equal(0, (await Store.WhyAsync(own, Ct))?.Ahead);
    }

    [Fact]
    public async Task Nobody_asks_why_of_a_job_that_is_not_there() => Assert.Null(await Store.WhyAsync(new JobId(4711), Ct));
}
