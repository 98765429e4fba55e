namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task Many_claimers_never_get_the_same_job()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 400));
        var workers = new List<long>();
        for (var n = 0; n < 8; n++)
        {
            workers.Add(await WorkerAsync());
        }

        var taken = await TogetherAsync(8, async n =>
        {
            var mine = new List<Claimed>();
            while (await ClaimAsync(Ask(workers[n], 7) with { Prefetch = 3 }) is { Count: > 0 } some)
            {
                mine.AddRange(some);
            }

            return mine;
        });

        var all = taken.SelectMany(mine => mine).Select(job => job.Lease.Job).ToList();
        Assert.Equal(400, all.Count);
        Assert.Equal(400, all.Distinct().Count());
        Assert.All(await Store.GetAsync(all, Ct), job => Assert.Equal((JobState.Running, 1), (job.State, job.Attempt)));
    }

    [Fact]
    public async Task Producers_and_workers_at_once_lose_nothing_and_do_nothing_twice()
    {
        var workers = new List<long>();
        for (var n = 0; n < 4; n++)
        {
            workers.Add(await WorkerAsync());
        }

        var done = 0;
        var results = await TogetherAsync(8, async n =>
        {
            var ids = new List<JobId>();
            if (n < 4)
            {
                for (var k = 0; k < 25; k++)
                {
                    ids.AddRange((await EnqueueAllAsync(Plain, Plain)).Select(job => job.Id));
                }

                return ids;
            }

            for (var rounds = 0; Volatile.Read(ref done) < 200 && rounds < 20_000; rounds++)
            {
                var jobs = await ClaimAsync(workers[n - 4], 8);
                if (jobs.Count > 0)
                {
                    var replies = await Store.SettleAsync([.. jobs.Select(Success)], Now, Ct);
                    Assert.All(replies, reply => Assert.Equal(Settled.Done, reply.What));
                    Interlocked.Add(ref done, jobs.Count);
                    ids.AddRange(jobs.Select(job => job.Lease.Job));
                }
            }

            return ids;
        });

        var stored = results.Take(4).SelectMany(ids => ids).Order().ToList();
        var ended = results.Skip(4).SelectMany(ids => ids).Order().ToList();
        Assert.Equal(200, stored.Distinct().Count());
        Assert.Equal(stored, ended);
        Assert.Equal(200, Count(await LineAsync(), JobState.Succeeded));
        var seqs = (await EventsAsync()).Select(record => record.Seq).ToList();
        Assert.Equal(Enumerable.Range(0, 600).Select(n => seqs[0] + n), seqs);
    }

    [Fact]
    public async Task Of_an_end_and_a_loss_at_once_one_counts()
    {
        await TermAsync();
        for (var round = 0; round < 20; round++)
        {
            var worker = await WorkerAsync();
            var running = await RunningAsync(Plain with { Type = $"t{round}" }, worker);
            var settled = Task.Run(() => SettleAsync(Success(running)), Ct);
            var lost = Task.Run(() => LoseAsync(worker), Ct);
            var (end, loss) = (await settled, await lost);

            var job = await JobAsync(running.Lease.Job);
            var won = end.What == Settled.Done;
            Assert.Equal(won ? JobState.Succeeded : JobState.Queued, job.State);
            Assert.Equal(won ? 0 : 1, loss.Lost.Count);
            Assert.Equal(won ? Outcome.Succeeded : Outcome.Lost, Assert.Single(await AttemptsAsync(job.Id)).Outcome);
        }
    }

    [Fact]
    public async Task The_order_of_cancel_and_completion_decides()
    {
        var (first, second) = (await RunningAsync(), await RunningAsync());

        Assert.Null((await CancelAsync(first.Lease.Job)).Refusal);
        Assert.Equal(Settled.Done, (await SettleAsync(Success(first))).What);
        Assert.Equal(Settled.Done, (await SettleAsync(Success(second))).What);
        Assert.Equal("already_final", (await CancelAsync(second.Lease.Job)).Refusal);

        var (one, two) = (await JobAsync(first.Lease.Job), await JobAsync(second.Lease.Job));
        Assert.Equal((JobState.Succeeded, JobState.Succeeded), (one.State, two.State));
        Assert.NotNull(one.CancelRequestedAt);
        Assert.Null(two.CancelRequestedAt);
    }

    [Fact]
    public async Task A_hundred_ends_and_cancels_at_once_make_one_end()
    {
        var running = await RunningAsync();
        var id = running.Lease.Job;

        var replies = await TogetherAsync(120, async n =>
        {
            switch (n % 3)
            {
                case 0: return (Settled?)(await SettleAsync(Success(running))).What;
                case 1: return (await SettleAsync(Failure(running))).What;
                default:
                    await CancelAsync(id);
                    return null;
            }
        });

        Assert.Single(replies, what => what == Settled.Done);
        Assert.Equal(39, replies.Count(what => what == Settled.Repeated));
        Assert.Equal(40, replies.Count(what => what == Settled.LeaseLost));
        Assert.Single(await EventsAsync(id), record => record.To is { } to && Transitions.IsTerminal(to));
        Assert.Single(await AttemptsAsync(id));
    }

    [Fact]
    public async Task Of_a_claim_and_a_cancel_at_once_either_none_starts_or_the_worker_is_told()
    {
        for (var round = 0; round < 20; round++)
        {
            var worker = await WorkerAsync();
            var id = await EnqueueAsync(Plain with { Type = $"t{round}" });
            var claimed = Task.Run(() => ClaimAsync(Ask(worker, 1, ("default", $"t{round}"))), Ct);
            var cancelled = Task.Run(() => CancelAsync(id), Ct);
            var (jobs, changed) = (await claimed, await cancelled);

            var job = await JobAsync(id);
            Assert.Null(changed.Refusal);
            if (jobs.Count == 0)
            {
                Assert.Equal((JobState.Cancelled, 0), (job.State, job.Attempt));
            }
            else
            {
                Assert.Equal(JobState.Running, job.State);
                Assert.NotNull(job.CancelRequestedAt);
                Assert.True(Assert.Single((await BeatAsync(worker)).Held).CancelRequested);
            }
        }
    }

    [Fact]
    public async Task Neighbours_of_one_call_are_cancelled_and_claimed_at_once_without_losing_one()
    {
        for (var round = 0; round < 5; round++)
        {
            var jobs = await EnqueueAllAsync(Enumerable.Repeat(Plain with { Type = $"t{round}" }, 40));
            var worker = await WorkerAsync();

            var taken = await TogetherAsync(20, async n =>
            {
                if (n % 4 == 0)
                {
                    return await ClaimAsync(Ask(worker, 2, ("default", $"t{round}")));
                }

                Assert.Null((await CancelAsync(jobs[2 * n].Id)).Refusal);
                return [];
            });

            var started = taken.SelectMany(claimed => claimed).Select(job => job.Lease.Job).ToHashSet();
            foreach (var (index, job) in jobs.Index())
            {
                var now = await JobAsync(job.Id);
                var cancelled = index % 2 == 0 && index / 2 % 4 != 0;
                Assert.Equal(
                    started.Contains(job.Id) ? JobState.Running : cancelled ? JobState.Cancelled : JobState.Queued, now.State);
                Assert.Equal(cancelled && started.Contains(job.Id), now.CancelRequestedAt is not null);
            }
        }
    }

    [Fact]
    public async Task Of_many_that_would_lead_one_does()
    {
        var former = await WorkerAsync();
        var seen = await TakeLeadAsync(former);
        var workers = new List<long>();
        for (var n = 0; n < 10; n++)
        {
            workers.Add(await WorkerAsync());
        }

        var replies = await TogetherAsync(10, async n => await Store.LeadAsync(new LeadRequest(workers[n], (seen.Term, seen.Beat)), Ct));

        var leader = Assert.Single(replies, reply => reply.Mine);
        Assert.All(replies, reply => Assert.True(reply.Mine || reply.Leader == leader.Leader));
        Assert.Equal(leader.Leader, (await Store.LeadAsync(new LeadRequest(former), Ct)).Leader);
    }

    [Fact]
    public async Task Equal_keyed_jobs_at_once_are_one_job()
    {
        var replies = await TogetherAsync(20, async _ => Assert.Single(await EnqueueAllAsync(Keyed())));

        Assert.Single(replies.Select(job => job.Id).Distinct());
        Assert.Single(replies, job => !job.Deduplicated);
        Assert.Single((await Store.ListAsync(new JobQuery(), Ct)).Jobs);
    }

    [Fact]
    public async Task Of_two_bodies_with_one_key_at_once_one_is_stored_and_the_other_refused()
    {
        var replies = await TogetherAsync(20, async n =>
            await Store.EnqueueAsync(new EnqueueRequest([Keyed(body: n % 2 == 0 ? OneBody : OtherBody)], Now), Ct));

        var first = Assert.Single((await Store.ListAsync(new JobQuery(), Ct)).Jobs).Id;
        Assert.Equal(10, replies.Count(reply => reply.Refusal is null));
        Assert.All(
            replies.Where(reply => reply.Refusal is not null),
            reply => Assert.Equal(new EnqueueRefusal(0, "idempotency_conflict", first), reply.Refusal));
    }

    [Fact]
    public async Task Of_many_retries_at_once_one_opens_the_generation()
    {
        var id = await FailedAsync();

        var replies = await TogetherAsync(10, async _ => (await RetryAsync(id)).Refusal);

        Assert.Single(replies, refusal => refusal is null);
        Assert.Equal(9, replies.Count(refusal => refusal == "not_final"));
        Assert.Equal(2, (await JobAsync(id)).Generation);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_concurrency_key_never_runs_more_than_its_limit(int limit)
    {
        await LimitAsync(key: "repo", max: limit);
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { ConcurrencyKey = "repo" }, 60));
        var workers = new List<long>();
        for (var n = 0; n < 4; n++)
        {
            workers.Add(await WorkerAsync());
        }

        var done = 0;
        await TogetherAsync(4, async n =>
        {
            for (var rounds = 0; Volatile.Read(ref done) < 60 && rounds < 20_000; rounds++)
            {
                foreach (var job in await ClaimAsync(workers[n], 5))
                {
                    Assert.Equal(Settled.Done, (await SettleAsync(Success(job))).What);
                    Interlocked.Increment(ref done);
                }
            }

            return 0;
        });

        var (running, most) = (0, 0);
        foreach (var record in await EventsAsync())
        {
            running += record.To == JobState.Running ? 1 : record.From == JobState.Running ? -1 : 0;
            most = Math.Max(most, running);
        }

        Assert.Equal((60, limit), (done, most));
    }

    [Fact]
    public async Task The_ends_of_all_dependencies_at_once_unblock_once()
    {
        var upstream = new List<Claimed>();
        for (var n = 0; n < 10; n++)
        {
            upstream.Add(await RunningAsync(Plain with { Type = "upstream" }));
        }

        var id = await EnqueueAsync(Plain with { DependsOn = [.. upstream.Select(job => new Dependency(job.Lease.Job))] });

        await TogetherAsync(10, async n => await EndAsync(Success(upstream[n])));

        Assert.Equal([EventKind.Created, EventKind.Unblocked], await KindsAsync(id));
        Assert.Equal([id], await DrainAsync());
    }

    [Fact]
    public async Task Saves_at_once_number_the_checkpoints_without_gap_or_double()
    {
        var running = await RunningAsync();

        var replies = await TogetherAsync(20, async n => await CheckpointAsync(running, $"{n}"));

        Assert.Equal(Enumerable.Range(1, 20), replies.Select(reply => reply.CheckpointVersion).Order());
        Assert.Equal(20, (await JobAsync(running.Lease.Job)).Checkpoint?.Version);
    }

    [Fact]
    public async Task Readers_at_work_see_whole_changes()
    {
        var writing = Task.Run(
            async () =>
            {
                for (var n = 0; n < 50; n++)
                {
                    await EnqueueAllAsync(Plain, Plain, Plain);
                }
            },
            Ct);
        var sizes = new List<int>();
        while (!writing.IsCompleted)
        {
            sizes.Add((await Store.ListAsync(new JobQuery { Limit = 1000 }, Ct)).Jobs.Count);
        }

        await writing;
        Assert.All(sizes, size => Assert.Equal(0, size % 3));
        Assert.Equal(150, (await Store.ListAsync(new JobQuery { Limit = 1000 }, Ct)).Jobs.Count);
    }

    [Fact]
    public async Task A_store_that_closes_answers_every_call()
    {
        var store = await OpenAsync(Clock);
        await store.MigrateAsync(apply: true, Ct);
        var calls = Enumerable.Range(0, 200)
            .Select(_ => Task.Run(
                async () =>
                {
                    try
                    {
                        return (await store.EnqueueAsync(new EnqueueRequest([Plain], Now), Ct)).Jobs.Count;
                    }
                    catch (Exception error) when (error is ObjectDisposedException or PawlException)
                    {
                        return 0;
                    }
                },
                Ct))
            .ToList();

        await store.DisposeAsync();

        var answered = await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(120), TimeProvider.System, Ct);
        Assert.Equal(200, answered.Length);
    }

    [Fact]
    public async Task One_bad_call_among_many_fails_alone()
    {
        var running = await RunningAsync(Plain with { Type = "other" });

        var outcomes = await TogetherAsync(40, async n =>
        {
            if (n % 10 != 0)
            {
                return (await EnqueueAllAsync(Plain)).Count;
            }

            await Assert.ThrowsAsync<PawlException>(() => SettleAsync(Stopped(running)));
            return 0;
        });

        Assert.Equal(36, outcomes.Sum());
        Assert.Equal(36, Count(await LineAsync(), JobState.Queued));
        var seqs = (await EventsAsync()).Select(record => record.Seq).ToList();
        Assert.Equal(Enumerable.Range(0, seqs.Count).Select(n => seqs[0] + n), seqs);
    }

    /// <summary>Runs the same work many times at once; each begins when all are ready.</summary>
    private static async Task<T[]> TogetherAsync<T>(int times, Func<int, Task<T>> work)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var tasks = Enumerable.Range(0, times)
            .Select(n => Task.Run(
                async () =>
                {
                    await start.Task;
                    return await work(n);
                },
                Ct))
            .ToList();
        start.SetResult();
        return await Task.WhenAll(tasks);
    }
}
