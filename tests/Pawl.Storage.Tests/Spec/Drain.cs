namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_worker_hears_with_its_next_beat_that_it_should_take_no_new_work()
    {
        var (one, other) = (await WorkerAsync(), await WorkerAsync());
        var heard = new List<long>();
        Store.Wakeups.Attention += heard.Add;

        Assert.True(await Store.DrainAsync(new DrainRequest(one, true, Now, "ann"), Ct));
        Assert.True(await Store.DrainAsync(new DrainRequest(one, true, Now, "ann"), Ct));   // as it was

        Assert.Equal((true, false), ((await BeatAsync(one)).Drain, (await BeatAsync(other)).Drain));
        Assert.Equal((true, false), ((await WorkerRowAsync(one)).Drain, (await WorkerRowAsync(other)).Drain));
        Assert.Equal([one], heard);
        Assert.Equal(["worker.drain"], (await Store.AuditEntriesAsync(new AuditQuery(Actor: "ann"), Ct)).Select(entry => entry.Action));

        Assert.True(await Store.DrainAsync(new DrainRequest(one, false, Now, "ann"), Ct));
        Assert.False((await BeatAsync(one, 2)).Drain);
    }

    [Fact]
    public async Task A_worker_that_is_gone_or_was_never_there_cannot_be_drained()
    {
        var worker = await WorkerAsync();
        await Store.HeartbeatAsync(new HeartbeatRequest { WorkerId = worker, Beat = 1, Now = Now, Leaving = true }, Ct);

        Assert.False(await Store.DrainAsync(new DrainRequest(worker, true, Now), Ct));
        Assert.False(await Store.DrainAsync(new DrainRequest(987_654, true, Now), Ct));
    }
}
