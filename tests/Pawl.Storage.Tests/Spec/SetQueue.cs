namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    private static readonly QueueSettings Tight = new()
    {
        MaxRunning = 8,
        StartTarget = TimeSpan.FromSeconds(30),
        RetryShare = 0.25,
        AgeingShare = 0.5,
        AgeingAfter = TimeSpan.FromSeconds(10),
    };

    [Fact]
    public async Task A_queue_shows_what_was_set_for_it_and_counts_its_changes()
    {
        await EnqueueAsync();
        Assert.Equal((new QueueSettings(), 1), await QueueAsync());

        Assert.Equal(new SetQueueReply(true, 2), await SetQueueAsync(Tight, seen: 1));
        Assert.Equal((Tight, 2), await QueueAsync());
        Assert.Equal(8, (await LineAsync()).QueueMaxRunning);

        Assert.Equal(new SetQueueReply(true, 3), await SetQueueAsync(new QueueSettings { RetryShare = 0 }, seen: 2));
        Assert.Equal((new QueueSettings { RetryShare = 0 }, 3), await QueueAsync());
        Assert.Null((await LineAsync()).QueueMaxRunning);
    }

    [Fact]
    public async Task Who_has_not_seen_the_last_change_of_a_queue_changes_nothing()
    {
        await SetQueueAsync(Tight, seen: 1);

        Assert.Equal(new SetQueueReply(false, 2), await SetQueueAsync(new QueueSettings(), seen: 1));
        Assert.Equal((Tight, 2), await QueueAsync());
        Assert.Equal(new SetQueueReply(true, 3), await SetQueueAsync(new QueueSettings(), seen: null));
        Assert.Equal(new SetQueueReply(true, 3), await SetQueueAsync(new QueueSettings(), seen: 3));   // as it was
    }

    [Fact]
    public async Task Of_two_who_have_seen_the_same_queue_one_changes_it()
    {
        var replies = await Task.WhenAll(Enumerable.Range(1, 4).Select(async n => await SetQueueAsync(
            new QueueSettings { MaxRunning = n }, seen: 1)));

        Assert.Single(replies, reply => reply.Done);
        Assert.Equal(2, (await QueueAsync()).Version);
    }

    [Fact]
    public async Task A_pause_and_a_limit_are_changes_of_the_queue_too()
    {
        await PauseAsync(queue: "default");
        await PauseAsync(queue: "default");   // as it was
        Assert.Equal(2, (await QueueAsync()).Version);
        await Store.LimitAsync(new LimitRequest("default", null, 3, Now), Ct);
        Assert.Equal((new QueueSettings { MaxRunning = 3 }, 3), await QueueAsync());
    }

    [Theory]
    [InlineData(0, 60, 0.2)]
    [InlineData(1, 0, 0.2)]
    [InlineData(1, 60, 1.1)]
    [InlineData(1, 60, -0.1)]
    [InlineData(1, 60, double.NaN)]
    public async Task A_setting_out_of_its_range_is_refused(int most, int seconds, double share)
    {
        var settings = new QueueSettings { MaxRunning = most, StartTarget = TimeSpan.FromSeconds(seconds), RetryShare = share };

        var refused = await Assert.ThrowsAsync<PawlException>(async () => await SetQueueAsync(settings, seen: null));
        Assert.Equal("out_of_range", refused.Code);
        Assert.Empty(await Store.QueuesAsync(Ct));
    }

    [Fact]
    public async Task Pauses_tell_who_why_and_until_when()
    {
        var until = Now.AddMinutes(5);
        await Store.PauseAsync(new PauseRequest("default", null, true, Now, "ann", "deploy", until), Ct);
        await Store.PauseAsync(new PauseRequest(null, "mail", true, Now, "bob"), Ct);

        Assert.Equal(
            [new PauseRow(null, "mail", Now, "bob", null, null), new PauseRow("default", null, Now, "ann", "deploy", until)],
            await Store.PausesAsync(Ct));
        Assert.Equal(new PauseRow("default", null, Now, "ann", "deploy", until), Assert.Single(await Store.QueuesAsync(Ct)).Pause);
    }

    [Fact]
    public async Task A_pause_with_an_end_ends_by_itself()
    {
        var id = await EnqueueAsync();
        var until = Now.AddMinutes(5);
        await Store.PauseAsync(new PauseRequest("default", null, true, Now, "ann", null, until), Ct);
        Assert.Equal(until, (await PromoteAsync()).NextAt);
        Pass(TimeSpan.FromMinutes(5) - TimeSpan.FromMicroseconds(1));
        await PromoteAsync();
        Assert.Empty(await DrainAsync());

        Pass(TimeSpan.FromMicroseconds(1));
        Assert.Null((await PromoteAsync()).NextAt);
        Assert.Equal([id], await DrainAsync());
        Assert.Equal(
            ("queue.resume", "engine"),
            (await Store.AuditEntriesAsync(new AuditQuery(), Ct)) is [_, var last] ? (last.Action, last.Actor) : default);
    }

    [Fact]
    public async Task A_queue_has_its_own_share_of_retries()
    {
        await SetQueueAsync(new QueueSettings { RetryShare = 1 }, seen: null);
        var retry = await RunningAsync();
        await EndAsync(Again(retry, TimeSpan.FromSeconds(1)) with { RunAt = Now });
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = -5 }, 9));
        await PromoteAsync();

        // by the default share a retry may not be the first to start while first attempts wait
        Assert.Contains(retry.Lease.Job, (await ClaimAsync(await WorkerAsync(), 2)).Select(job => job.Lease.Job));
    }

    [Fact]
    public async Task A_queue_without_a_share_for_retries_holds_them_back_while_others_wait()
    {
        await SetQueueAsync(new QueueSettings { RetryShare = 0 }, seen: null);
        for (var n = 0; n < 3; n++)
        {
            await EndAsync(Again(await RunningAsync()) with { RunAt = Now });
        }

        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = -5 }, 20));
        await PromoteAsync();

        var claimed = await ClaimAsync(await WorkerAsync(), 10);
        Assert.Equal(10, claimed.Count);
        Assert.All(claimed, job => Assert.Equal(0, job.Failures));
    }

    [Fact]
    public async Task A_queue_has_its_own_ageing()
    {
        var old = await EnqueueAsync(Plain with { Priority = -50 });
        Pass(TimeSpan.FromSeconds(11));
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 5));
        await SetQueueAsync(new QueueSettings { AgeingShare = 1, AgeingAfter = TimeSpan.FromSeconds(10) }, seen: null);

        var first = Assert.Single(await ClaimAsync(await WorkerAsync()));
        Assert.Equal((old, true), (first.Lease.Job, first.ByAge));

        await SetQueueAsync(new QueueSettings { AgeingShare = 0 }, seen: null);
        var older = await EnqueueAsync(Plain with { Priority = -50 });
        Pass(TimeSpan.FromHours(1));
        Assert.DoesNotContain(older, (await ClaimAsync(await WorkerAsync(), 5)).Select(job => job.Lease.Job));
    }

    private async Task<SetQueueReply> SetQueueAsync(QueueSettings settings, long? seen) =>
        await Store.SetQueueAsync(new SetQueueRequest("default", settings, seen, Now, "ann"), Ct);

    private async Task<(QueueSettings Settings, long Version)> QueueAsync() =>
        Assert.Single(await Store.QueuesAsync(Ct), queue => queue.Name == "default") is var row ? (row.Settings, row.RowVersion) : default;
}
