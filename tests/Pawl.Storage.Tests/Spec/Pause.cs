namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_paused_queue_gives_no_jobs_until_it_is_resumed()
    {
        var id = await EnqueueAsync();
        var other = await EnqueueAsync(Plain with { Queue = "other" });
        await PauseAsync(queue: "default");
        var ask = Ask(await WorkerAsync(), 5, ("default", "mail"), ("other", "mail"));

        Assert.Equal([other], (await ClaimAsync(ask)).Select(job => job.Lease.Job));
        Assert.Equal(JobState.Queued, await StateAsync(id));
        Assert.Equal((Now, null), ((await LineAsync()).QueuePausedAt, (await LineAsync("other")).QueuePausedAt));

        await PauseAsync(queue: "default", paused: false);
        Assert.Equal([id], await DrainAsync());
        Assert.Null((await LineAsync()).QueuePausedAt);
    }

    [Fact]
    public async Task A_paused_type_gives_no_jobs_in_any_queue()
    {
        await EnqueueAsync();
        await EnqueueAsync(Plain with { Queue = "other" });
        var free = await EnqueueAsync(Plain with { Type = "report" });
        await PauseAsync(type: "mail");
        var ask = Ask(await WorkerAsync(), 5, ("default", "mail"), ("other", "mail"), ("default", "report"));

        Assert.Equal([free], (await ClaimAsync(ask)).Select(job => job.Lease.Job));
        Assert.Equal((Now, null), ((await LineAsync()).TypePausedAt, (await LineAsync(type: "report")).TypePausedAt));

        await PauseAsync(type: "mail", paused: false);
        Assert.Equal(2, (await ClaimAsync(ask with { Token = NextToken() })).Count);
    }

    [Fact]
    public async Task Queue_and_type_are_resumed_each_on_its_own()
    {
        var id = await EnqueueAsync();
        await PauseAsync(queue: "default");
        await PauseAsync(type: "mail");
        await PauseAsync(queue: "default", paused: false);
        Assert.Empty(await DrainAsync());

        await PauseAsync(type: "mail", paused: false);
        Assert.Equal([id], await DrainAsync());
    }

    [Fact]
    public async Task A_queue_can_be_paused_before_it_has_jobs()
    {
        await PauseAsync(queue: "default");
        await EnqueueAsync();

        Assert.Empty(await DrainAsync());
    }

    [Fact]
    public async Task A_pause_stops_no_running_job()
    {
        var running = await RunningAsync();
        await PauseAsync(queue: "default");

        Assert.Equal(Settled.Done, (await CheckpointAsync(running, "1")).What);
        Assert.Equal(JobState.Succeeded, (await EndAsync(Success(running))).State);
    }

    [Fact]
    public async Task A_pause_and_its_end_are_events_with_their_actor()
    {
        await PauseAsync(queue: "default");
        await PauseAsync(queue: "default", paused: false);

        var events = await EventsAsync();

        Assert.Equal([EventKind.Paused, EventKind.Resumed], events.Select(record => record.Kind));
        Assert.All(events, record => Assert.Equal((null, "ann"), (record.JobId, record.Actor)));
        Assert.Equal("deploy", events[0].Reason);
    }

    [Fact]
    public async Task A_resumed_queue_wakes_the_workers()
    {
        await EnqueueAsync();
        await PauseAsync(queue: "default");
        var heard = new List<int>();
        Store.Wakeups.Runnable += heard.Add;

        await PauseAsync(queue: "default", paused: false);

        Assert.NotEmpty(heard);
    }

    protected async Task PauseAsync(string? queue = null, string? type = null, bool paused = true) =>
        await Store.PauseAsync(new PauseRequest(queue, type, paused, Now, "ann", paused ? "deploy" : null), Ct);
}
