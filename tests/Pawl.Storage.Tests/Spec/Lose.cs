namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_job_whose_worker_fell_silent_is_claimed_again_as_a_new_attempt()
    {
        var worker = await WorkerAsync();
        var first = await RunningAsync(Plain with { Priority = 3 }, worker);
        Pass(TimeSpan.FromSeconds(31));

        var reply = await LoseAsync(worker);
        var job = await JobAsync(first.Lease.Job);

        Assert.True(reply.Accepted);
        Assert.False(reply.More);
        Assert.Equal([new LostJob(job.Id, 1, JobState.Queued)], reply.Lost);
        Assert.Equal((JobState.Queued, 1, 0, 3, 1), (job.State, job.Losses, job.Failures, job.Priority, job.Attempt));
        Assert.Null(job.WorkerId);
        var attempt = Assert.Single(await AttemptsAsync(job.Id));
        Assert.Equal((Outcome.Lost, Now), (attempt.Outcome, attempt.EndedAt));
        Assert.Equal(EventKind.Lost, (await KindsAsync(job.Id))[^1]);
        var second = await ClaimOneAsync();
        Assert.Equal((job.Id, 2, 1), (second.Lease.Job, second.Lease.Attempt, second.Losses));
        Assert.NotEqual(first.Lease.Token, second.Lease.Token);
    }

    [Fact]
    public async Task A_lost_job_leaves_its_concurrency_key_to_the_next()
    {
        var keyed = Plain with { ConcurrencyKey = "repo" };
        var worker = await WorkerAsync();
        var holder = await RunningAsync(keyed with { Priority = -1 }, worker);
        var next = await EnqueueAsync(keyed);
        Assert.Empty(await DrainAsync());

        await LoseAsync(worker);

        Assert.Equal([next], await DrainAsync());
        Assert.Equal(JobState.Queued, await StateAsync(holder.Lease.Job));
    }

    [Fact]
    public async Task A_worker_that_beat_again_loses_nothing()
    {
        var worker = await WorkerAsync();
        var running = await RunningAsync(worker: worker);
        await BeatAsync(worker, 7);
        var before = await PhotoAsync(running.Lease.Job);

        var request = new LoseRequest { Term = await TermAsync(), WorkerId = worker, SeenBeat = 6, Now = Now };
        var reply = await Store.LoseAsync(request, Ct);

        Assert.Equal((false, false), (reply.Accepted, reply.More));
        Assert.Empty(reply.Lost);
        Assert.Equal(before, await PhotoAsync(running.Lease.Job));
        Assert.True((await BeatAsync(worker, 8)).Known);
    }

    [Fact]
    public async Task Only_the_leader_of_the_term_may_declare_a_worker_lost()
    {
        var worker = await WorkerAsync();
        var running = await RunningAsync(worker: worker);
        await BeatAsync(worker, 1);
        var term = await TermAsync();

        foreach (var wrong in new[] { term - 1, term + 1 })
        {
            var reply = await Store.LoseAsync(new LoseRequest { Term = wrong, WorkerId = worker, SeenBeat = 1, Now = Now }, Ct);
            Assert.False(reply.Accepted);
            Assert.Empty(reply.Lost);
        }

        Assert.Equal(JobState.Running, await StateAsync(running.Lease.Job));
    }

    [Fact]
    public async Task The_third_loss_ends_the_generation_as_a_crash_loop()
    {
        var id = await LostTwiceAsync("risky");
        var worker = await WorkerAsync();
        await ClaimOneAsync(worker, type: "risky");

        var reply = await LoseAsync(worker);
        var job = await JobAsync(id);

        Assert.Equal([new LostJob(id, 3, JobState.Failed)], reply.Lost);
        Assert.Equal((JobState.Failed, 3, 0, Now), (job.State, job.Losses, job.Failures, job.EndedAt));
        Assert.Equal(("crash_loop", ErrorCategory.Lost), (job.Error?.Code, job.Error?.Category));
        Assert.Equal([Outcome.Lost, Outcome.Lost, Outcome.Lost], (await AttemptsAsync(id)).Select(attempt => attempt.Outcome));
        Assert.Equal(1, (await LineAsync(type: "risky")).Dead);
    }

    [Fact]
    public async Task The_cap_of_losses_is_for_the_caller_to_say()
    {
        var worker = await WorkerAsync();
        var running = await RunningAsync(worker: worker);

        Assert.Equal([new LostJob(running.Lease.Job, 1, JobState.Failed)], (await LoseAsync(worker, cap: 1)).Lost);
    }

    [Fact]
    public async Task Losses_are_counted_within_a_generation()
    {
        var id = await LostTwiceAsync("risky");
        var third = await WorkerAsync();
        await ClaimOneAsync(third, type: "risky");
        await LoseAsync(third);
        Assert.Null((await RetryAsync(id)).Refusal);
        var fourth = await WorkerAsync();
        await ClaimOneAsync(fourth, type: "risky");

        await LoseAsync(fourth);

        var job = await JobAsync(id);
        Assert.Equal((JobState.Queued, 1, 2, 4), (job.State, job.Losses, job.Generation, job.Attempt));
    }

    [Fact]
    public async Task A_crash_loop_fails_what_waited_for_it()
    {
        var worker = await WorkerAsync();
        var running = await RunningAsync(worker: worker);
        var second = await EnqueueAsync(Plain with { DependsOn = [new Dependency(running.Lease.Job)] });

        await LoseAsync(worker, cap: 1);

        Assert.Equal(JobState.Cancelled, await StateAsync(second));
    }

    [Fact]
    public async Task A_lost_job_that_was_asked_to_stop_is_cancelled()
    {
        var worker = await WorkerAsync();
        var running = await RunningAsync(worker: worker);
        await CancelAsync(running.Lease.Job);

        var reply = await LoseAsync(worker);
        var job = await JobAsync(running.Lease.Job);

        Assert.Equal([new LostJob(job.Id, 1, JobState.Cancelled)], reply.Lost);
        Assert.Equal((JobState.Cancelled, EndReason.User, Now), (job.State, job.EndReason, job.EndedAt));
        Assert.Empty(await DrainAsync());
    }

    [Fact]
    public async Task A_job_taken_ahead_that_never_began_is_given_back_without_a_loss()
    {
        var worker = await WorkerAsync();
        var id = await EnqueueAsync();
        await ClaimAsync(Ask(worker, 0) with { Prefetch = 1 });

        await LoseAsync(worker);

        var job = await JobAsync(id);
        Assert.Equal((JobState.Queued, 0, 0), (job.State, job.Losses, job.Failures));
        Assert.Equal(Outcome.Released, Assert.Single(await AttemptsAsync(id)).Outcome);
    }

    [Fact]
    public async Task Only_the_jobs_of_the_silent_worker_are_lost()
    {
        var (silent, other) = (await WorkerAsync(), await WorkerAsync());
        var lost = await RunningAsync(worker: silent);
        var kept = await RunningAsync(worker: other);

        Assert.Equal([lost.Lease.Job], (await LoseAsync(silent)).Lost.Select(job => job.Job));
        Assert.Equal(JobState.Running, await StateAsync(kept.Lease.Job));
        await EndAsync(Success(kept));
    }

    [Fact]
    public async Task Many_lost_jobs_are_ended_page_by_page()
    {
        var worker = await WorkerAsync();
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 25));
        await ClaimAsync(worker, 25);
        var lost = new List<JobId>();
        LoseReply reply;
        var pages = 0;
        do
        {
            reply = await LoseAsync(worker, count: 10);
            Assert.True(reply.Accepted);
            Assert.True(reply.Lost.Count <= 10);
            lost.AddRange(reply.Lost.Select(job => job.Job));
            pages++;
        }
        while (reply.More && pages < 10);

        Assert.Equal(25, lost.Distinct().Count());
        Assert.Equal((25, 0), (Count(await LineAsync(), JobState.Queued), Count(await LineAsync(), JobState.Running)));
    }

    [Fact]
    public async Task A_silent_worker_without_jobs_is_gone_too()
    {
        var worker = await WorkerAsync();

        var reply = await LoseAsync(worker);

        Assert.Equal((true, false), (reply.Accepted, reply.More));
        Assert.Empty(reply.Lost);
        Assert.True((await WorkerRowAsync(worker)).Gone);
    }

    [Fact]
    public async Task To_lose_a_worker_twice_changes_nothing_more()
    {
        var worker = await WorkerAsync();
        var running = await RunningAsync(worker: worker);
        await LoseAsync(worker);
        var before = await PhotoAsync(running.Lease.Job);

        Assert.Empty((await LoseAsync(worker)).Lost);
        Assert.Equal(before, await PhotoAsync(running.Lease.Job));
    }

    [Fact]
    public async Task What_the_lost_attempt_had_logged_is_kept()
    {
        var worker = await WorkerAsync();
        var running = await RunningAsync(worker: worker);
        await SaveAsync(new AttemptSave { Lease = running.Lease, Log = Json("{\"message\":\"last words\"}\n") });

        await LoseAsync(worker);

        var page = await Store.LogAsync(new LogQuery(running.Lease.Job, 1), Ct);
        Assert.Equal(("{\"message\":\"last words\"}\n", true), (Text(page.Text), page.Ended));
    }

    [Fact]
    public async Task Only_the_attempt_that_a_recovery_names_ends_and_its_worker_stays()
    {
        var worker = await WorkerAsync();
        var stuck = (await RunningAsync(worker: worker)).Lease;
        var well = (await RunningAsync(worker: worker)).Lease;
        var rung = new List<long>();
        Store.Wakeups.Attention += rung.Add;

        var reply = await LoseAsync(worker, stuck.Job, attempt: 1);

        Assert.Equal((true, false), (reply.Accepted, reply.More));
        Assert.Equal([new LostJob(stuck.Job, 1, JobState.Queued)], reply.Lost);
        Assert.Equal(JobState.Running, await StateAsync(well.Job));
        Assert.Equal([worker], rung);
        var beat = await BeatAsync(worker);
        Assert.True(beat.Known);
        Assert.Equal([well.Job], beat.Held.Select(held => held.Lease.Job));
        Assert.Equal(Settled.LeaseLost, (await SaveAsync(new AttemptSave { Lease = stuck, Progress = new JobProgress { Done = 1 } })).What);
    }

    [Fact]
    public async Task The_attempt_after_such_a_recovery_carries_it_and_no_other_does()
    {
        var worker = await WorkerAsync();
        var id = (await RunningAsync(worker: worker)).Lease.Job;
        await LoseAsync(worker, id, attempt: 1);

        var second = await ClaimOneAsync(worker);
        Assert.Equal(Stuck, second.Recovery);
        await SettleAsync(new Settlement { Lease = second.Lease, Outcome = Outcome.Released, Event = JobEvent.Released });
        Assert.Null((await ClaimOneAsync(worker)).Recovery);

        Assert.Equal([null, Stuck, null], (await AttemptsAsync(id)).Select(attempt => attempt.Recovery));
        var job = await JobAsync(id);
        Assert.Equal((1, 1, 1), (job.Generation, job.Losses, job.Recoveries));
        Assert.Equal(("stuck", "recovery.stuck"), ((await AttemptsAsync(id))[^1].Error!.Code, (await AttemptsAsync(id))[^1].Rule));
    }

    [Fact]
    public async Task An_attempt_that_ended_meanwhile_is_not_mistaken_for_the_next()
    {
        var worker = await WorkerAsync();
        var id = (await RunningAsync(worker: worker)).Lease.Job;
        await LoseAsync(worker, id, attempt: 1);
        await ClaimOneAsync(worker);
        var before = await PhotoAsync(id);

        var reply = await LoseAsync(worker, id, attempt: 1);

        Assert.True(reply.Accepted);
        Assert.Empty(reply.Lost);
        Assert.Equal(before, await PhotoAsync(id));
    }

    [Fact]
    public async Task The_third_loss_ends_the_job_whoever_asked_for_it()
    {
        var worker = await WorkerAsync();
        var id = (await RunningAsync(worker: worker)).Lease.Job;
        var states = new List<JobState>();
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            states.Add((await LoseAsync(worker, id, attempt)).Lost.Single().State);
            await ClaimAsync(worker);
        }

        Assert.Equal([JobState.Queued, JobState.Queued, JobState.Failed], states);
        var job = await JobAsync(id);
        Assert.Equal(("crash_loop", 2), (job.Error!.Code, job.Recoveries));
    }

    [Fact]
    public async Task Only_the_leader_of_the_term_may_end_an_attempt()
    {
        var worker = await WorkerAsync();
        var id = (await RunningAsync(worker: worker)).Lease.Job;
        var before = await PhotoAsync(id);

        var reply = await LoseAsync(worker, id, attempt: 1, wrongTerm: true);

        Assert.False(reply.Accepted);
        Assert.Equal(before, await PhotoAsync(id));
    }

    private static RecoveryMark Stuck => new(1_000_001, "stuck", "ann");

    private async Task<LoseReply> LoseAsync(long worker, JobId job, int attempt, bool wrongTerm = false)
    {
        var request = new LoseRequest
        {
            Term = await TermAsync() + (wrongTerm ? 1 : 0),
            WorkerId = worker,
            SeenBeat = -1,
            Now = Now,
            Attempts = [(job, attempt)],
            Recovery = Stuck,
        };
        return await Store.LoseAsync(request, Ct);
    }
}
