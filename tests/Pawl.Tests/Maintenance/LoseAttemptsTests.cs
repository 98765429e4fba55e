using Pawl.Storage;

namespace Pawl.Tests.Maintenance;

/// <summary>Ending single attempts of a worker that lives.</summary>
public sealed class LoseAttemptsTests
{
    private static readonly RecoveryMark Mark = new(1_000_001, "stuck", "ann");

    [Fact]
    public async Task Only_the_named_attempt_ends_and_its_worker_stays()
    {
        await using var here = await Installation.OpenAsync();
        var (worker, term) = await StartAsync(here);
        var (stuck, well) = (await here.EnqueueAsync(), await here.EnqueueAsync());
        Assert.Equal(2, (await here.ClaimAsync(worker, slots: 2)).Count);
        var rung = new List<long>();
        here.Store.Wakeups.Attention += rung.Add;

        var reply = await LoseAsync(here, term, worker, (stuck, 1));

        Assert.Equal([new LostJob(stuck, 1, JobState.Queued)], reply.Lost);
        Assert.False(reply.More);
        Assert.Equal(JobState.Running, (await here.JobAsync(well)).State);
        Assert.Equal([worker], rung);
        var beat = await here.Store.HeartbeatAsync(
            new HeartbeatRequest { WorkerId = worker, Beat = 1, Now = here.Clock.GetUtcNow() }, Installation.Cancelled);
        Assert.True(beat.Known);
        Assert.Equal([well], beat.Held.Select(held => held.Job));
    }

    [Fact]
    public async Task An_attempt_that_has_ended_meanwhile_is_not_mistaken_for_the_next()
    {
        await using var here = await Installation.OpenAsync();
        var (worker, term) = await StartAsync(here);
        var id = await here.EnqueueAsync();
        await here.ClaimAsync(worker);
        await LoseAsync(here, term, worker, (id, 1));
        await here.ClaimAsync(worker);
        var reply = await LoseAsync(here, term, worker, (id, 1));
        Assert.True(reply.Accepted);
        Assert.Empty(reply.Lost);
        Assert.Equal((JobState.Running, 2), ((await here.JobAsync(id)).State, (await here.JobAsync(id)).Attempt));
    }

    [Fact]
    public async Task The_third_loss_ends_the_job_whoever_asked_for_it()
    {
        await using var here = await Installation.OpenAsync();
        var (worker, term) = await StartAsync(here);
        var id = await here.EnqueueAsync();
        var states = new List<JobState>();
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await here.ClaimAsync(worker);
            states.Add((await LoseAsync(here, term, worker, (id, attempt))).Lost.Single().State);
        }

        Assert.Equal([JobState.Queued, JobState.Queued, JobState.Failed], states);
        var job = await here.JobAsync(id);
        Assert.Equal(("crash_loop", 2), (job.Error!.Code, job.Recoveries));
    }

    [Fact]
    public async Task Another_leaders_wish_changes_nothing()
    {
        await using var here = await Installation.OpenAsync();
        var (worker, term) = await StartAsync(here);
        var id = await here.EnqueueAsync();
        await here.ClaimAsync(worker);
        Assert.False((await LoseAsync(here, term + 1, worker, (id, 1))).Accepted);
        Assert.Equal(JobState.Running, (await here.JobAsync(id)).State);
    }

    private static async Task<(long Worker, long Term)> StartAsync(Installation here)
    {
        var worker = await here.WorkerAsync();
        return (worker, (await here.LeaderAsync(new(), worker)).Term!.Value);
    }

    private static async Task<LoseReply> LoseAsync(Installation here, long term, long worker, (JobId Job, int Attempt) attempt) =>
        await here.Store.LoseAsync(
            new LoseRequest
            {
                Term = term,
                WorkerId = worker,
                SeenBeat = -1,
                Now = here.Clock.GetUtcNow(),
                Attempts = [attempt],
                Recovery = Mark,
            },
            Installation.Cancelled);
}
