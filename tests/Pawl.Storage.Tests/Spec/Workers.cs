namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_worker_that_registers_gets_a_number_and_is_seen()
    {
        var facts = new WorkerFacts
        {
            Name = "cutter",
            Host = "mill",
            Pid = 77,
            Version = "2.1",
            Slots = 4,
            ExpressSlots = 1,
            Types = ["mail", "report"],
            Queues = ["default", "slow"],
            Remote = true,
        };

        var worker = await Store.RegisterAsync(facts, Now, Ct);
        var row = await WorkerRowAsync(worker);

        Assert.True(worker > 0);
        Assert.Equal(Show(facts), Show(row.Facts));
        Assert.Equal((false, false, false), (row.Gone, row.Dead, row.Draining));
        Assert.Equal((0, 0), (row.SlotsUsed, row.Running));
        Assert.Equal((Now, Now), (row.StartedAt, row.SeenAt));
    }

    [Fact]
    public async Task A_worker_that_left_is_still_seen_for_a_day()
    {
        var worker = await WorkerAsync();
        await Store.HeartbeatAsync(new HeartbeatRequest { WorkerId = worker, Beat = 1, Now = Now, Leaving = true }, Ct);

        Assert.Contains(await Store.WorkersAsync(Ct), row => row.Id == worker && row.Gone);
    }
}
