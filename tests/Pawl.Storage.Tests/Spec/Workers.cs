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

    [Fact]
    public async Task Of_very_many_workers_that_left_those_are_seen_that_were_last_or_still_hold_a_job()
    {
        var (living, holding) = (await WorkerAsync("living"), await WorkerAsync("holding"));
        await EnqueueAsync(Plain);
        var held = await ClaimOneAsync(holding);
        await LeaveAsync(holding, Now);
        var left = new List<long>();
        for (var i = 0; i < WorkerRow.MostGone + 2; i++)
        {
            left.Add(await WorkerAsync());
        }

        // Not in the order in which they came.
        left.Reverse();
        foreach (var (i, worker) in left.Index())
        {
            await LeaveAsync(worker, Now.AddSeconds(1 + i));
        }

        var rows = await Store.WorkersAsync(Ct);

        Assert.Equal([living, holding, .. left.Skip(2).Order()], rows.Select(row => row.Id));
        Assert.Equal((true, 1, held.Lease.Job), (rows[1].Gone, rows[1].Running, Assert.Single(rows[1].Jobs)));
    }

    private async Task LeaveAsync(long worker, DateTimeOffset at) =>
        await Store.HeartbeatAsync(new HeartbeatRequest { WorkerId = worker, Beat = 1, Now = at, Leaving = true }, Ct);
}
