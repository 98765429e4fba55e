namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task Each_registration_gives_another_number()
    {
        var one = await WorkerAsync();
        var two = await WorkerAsync();

        Assert.NotEqual(one, two);
        Assert.True(two > one);
    }

    [Fact]
    public async Task A_heartbeat_is_kept_for_display()
    {
        var worker = await WorkerAsync();
        Pass(TimeSpan.FromSeconds(10));

        var reply = await Store.HeartbeatAsync(
            new HeartbeatRequest { WorkerId = worker, Beat = 5, Now = Now, SlotsUsed = 3, Draining = true }, Ct);
        var row = await WorkerRowAsync(worker);

        Assert.True(reply.Known);
        Assert.Empty(reply.Held);
        Assert.Equal((5, 3, true, Now), (row.Beat, row.SlotsUsed, row.Draining, row.SeenAt));
    }

    [Fact]
    public async Task A_heartbeat_answers_the_leases_held_and_no_others()
    {
        var (worker, other) = (await WorkerAsync(), await WorkerAsync());
        var kept = await RunningAsync(worker: worker);
        var ended = await RunningAsync(worker: worker);
        var foreign = await RunningAsync(worker: other);
        await EndAsync(Success(ended));

        var held = (await BeatAsync(worker)).Held;

        Assert.Equal([new HeldLease(kept.Lease, false)], held);
        Assert.Equal([new HeldLease(foreign.Lease, false)], (await BeatAsync(other)).Held);
        Assert.Equal(1, (await WorkerRowAsync(worker)).Running);
    }

    [Fact]
    public async Task A_heartbeat_delivers_a_cancel()
    {
        var worker = await WorkerAsync();
        var (one, two) = (await RunningAsync(worker: worker), await RunningAsync(worker: worker));
        await CancelAsync(two.Lease.Job);

        var held = (await BeatAsync(worker)).Held;

        Assert.Equal(
            [new HeldLease(one.Lease, false), new HeldLease(two.Lease, true)],
            held.OrderBy(lease => lease.Lease.Job));
    }

    [Fact]
    public async Task Jobs_taken_ahead_are_held_as_well()
    {
        var worker = await WorkerAsync();
        await EnqueueAsync();
        var ahead = Assert.Single(await ClaimAsync(Ask(worker, 0) with { Prefetch = 1 }));

        Assert.Equal([new HeldLease(ahead.Lease, false)], (await BeatAsync(worker)).Held);
    }

    [Fact]
    public async Task A_worker_nobody_knows_must_register_anew()
    {
        Assert.False((await BeatAsync(987_654)).Known);
    }

    [Fact]
    public async Task A_worker_that_was_declared_gone_must_register_anew()
    {
        var worker = await WorkerAsync();
        await RunningAsync(worker: worker);
        await LoseAsync(worker);

        var reply = await BeatAsync(worker, 9);

        Assert.False(reply.Known);
        Assert.Empty(reply.Held);
        Assert.True((await WorkerRowAsync(worker)).Gone);
    }

    [Fact]
    public async Task A_worker_that_leaves_is_gone()
    {
        var worker = await WorkerAsync();
        await Store.HeartbeatAsync(new HeartbeatRequest { WorkerId = worker, Beat = 1, Now = Now, Leaving = true }, Ct);

        Assert.True((await WorkerRowAsync(worker)).Gone);
        Assert.False((await BeatAsync(worker, 2)).Known);
        await EnqueueAsync();
        Assert.Empty(await ClaimAsync(worker));
    }

    [Fact]
    public async Task A_job_taken_ahead_that_has_begun_counts_when_it_is_lost()
    {
        var worker = await WorkerAsync();
        await EnqueueAllAsync(Plain, Plain);
        var taken = await ClaimAsync(Ask(worker, 0) with { Prefetch = 2 });
        var (begun, waiting) = (taken[0], taken[1]);
        await BeatAsync(worker, 1, begun.Lease);

        await LoseAsync(worker);

        Assert.Equal(1, (await JobAsync(begun.Lease.Job)).Losses);
        Assert.Equal(Outcome.Lost, Assert.Single(await AttemptsAsync(begun.Lease.Job)).Outcome);
        Assert.Equal(0, (await JobAsync(waiting.Lease.Job)).Losses);
        Assert.Equal(Outcome.Released, Assert.Single(await AttemptsAsync(waiting.Lease.Job)).Outcome);
    }

    [Fact]
    public async Task To_begin_with_a_stale_lease_begins_nothing()
    {
        var worker = await WorkerAsync();
        await EnqueueAsync();
        var taken = Assert.Single(await ClaimAsync(Ask(worker, 0) with { Prefetch = 1 }));
        await BeatAsync(worker, 1, taken.Lease with { Token = NextToken() });

        await LoseAsync(worker);

        Assert.Equal(0, (await JobAsync(taken.Lease.Job)).Losses);
    }

    [Fact]
    public async Task A_heartbeat_is_no_event_and_leaves_jobs_alone()
    {
        var worker = await WorkerAsync();
        var job = await RunningAsync(worker: worker);
        var before = await PhotoAsync(job.Lease.Job);

        await BeatAsync(worker, 1, job.Lease);
        await BeatAsync(worker, 2);

        Assert.Equal(before, await PhotoAsync(job.Lease.Job));
    }
}
