namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_claim_starts_an_attempt()
    {
        var worker = await WorkerAsync();
        var id = await EnqueueAsync(Plain with { RunAt = Now.AddSeconds(-3) });
        var due = (await JobAsync(id)).RunAt;
        Pass(TimeSpan.FromSeconds(2));

        var request = Ask(worker);
        var claimed = Assert.Single(await ClaimAsync(request));
        var job = await JobAsync(id);

        Assert.Equal(new Lease(id, 1, request.Token), claimed.Lease);
        Assert.Equal((false, false, false), (claimed.Prefetched, claimed.Express, claimed.ByAge));
        Assert.Equal((JobState.Running, 1, worker), (job.State, job.Attempt, job.WorkerId));
        Assert.Equal((Now, Now), (claimed.StartedAt, job.StartedAt));
        var attempt = Assert.Single(await AttemptsAsync(id));
        Assert.Equal((id, 1, 1, worker), (attempt.JobId, attempt.Attempt, attempt.Generation, attempt.WorkerId));
        Assert.Equal((null, null, Now), (attempt.Outcome, attempt.EndedAt, attempt.StartedAt));
        Assert.Equal(Now - due, attempt.Wait);
        var started = (await EventsAsync(id))[^1];
        Assert.Equal(EventKind.Started, started.Kind);
        Assert.Equal((JobState.Queued, JobState.Running, 1), (started.From, started.To, started.Attempt));
    }

    [Fact]
    public async Task A_claim_brings_all_an_attempt_needs()
    {
        var parent = await EnqueueAsync(Plain with { Type = "parent" });
        var given = Plain with
        {
            Payload = Json("""{"n":1}"""),
            Priority = 17,
            Trigger = Trigger.Manual,
            Kind = "task",
            ParentId = parent,
            MaxAttempts = 4,
            DeadlineAt = Now.AddHours(3),
            Timeout = TimeSpan.FromSeconds(90),
            Grace = TimeSpan.FromSeconds(5),
            MaxItems = 12,
            Force = Force.All,
            ConcurrencyKey = "repo",
            RateKey = "rate",
            Versions = new Dictionary<string, string> { ["parser"] = "1.2" },
            Tags = new Dictionary<string, string> { ["repo"] = "a" },
            Traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            RequestedBy = "ann",
        };

        var claimed = await RunningAsync(given);

        Assert.Equal((given.Type, given.Queue, Text(given.Payload)), (claimed.Type, claimed.Queue, Text(claimed.Payload)));
        Assert.Equal((17, 1, 4), (claimed.Priority, claimed.Generation, claimed.MaxAttempts));
        Assert.Equal((0, 0, 0), (claimed.Failures, claimed.Losses, claimed.Snoozes));
        Assert.Equal((given.DeadlineAt, given.Timeout, given.Grace), (claimed.DeadlineAt, claimed.Timeout, claimed.Grace));
        Assert.Equal((12, Trigger.Manual, "task", parent), (claimed.MaxItems, claimed.Trigger, claimed.Kind, claimed.ParentId));
        Assert.Equal((Force.All, "repo", "rate"), (claimed.Force, claimed.ConcurrencyKey, claimed.RateKey));
        Assert.Equal("1.2", claimed.Versions?["parser"]);
        Assert.Equal("a", claimed.Tags?["repo"]);
        Assert.Equal((given.Traceparent, "ann"), (claimed.Traceparent, claimed.RequestedBy));
        Assert.Equal((null, null, null), (claimed.Checkpoint, claimed.PreviousError, claimed.Recovery));
        Assert.Equal(Now, claimed.RunAt);
    }

    [Fact]
    public async Task The_next_attempt_gets_checkpoint_progress_and_error_of_the_last()
    {
        var first = await RunningAsync();
        await SaveAsync(new AttemptSave
        {
            Lease = first.Lease,
            Progress = new JobProgress { Done = 40, Total = 100, Message = "page 4" },
            Checkpoint = new NewCheckpoint(Json("""{"page":4}"""), 2, CursorKind.Page, "k40"),
        });
        await EndAsync(Again(first, TimeSpan.Zero));
        await PromoteAsync();

        var second = await ClaimOneAsync();

        Assert.Equal((2, 1, 1), (second.Lease.Attempt, second.Generation, second.Failures));
        Assert.NotNull(second.Checkpoint);
        Assert.Equal((1, 1, 2), (second.Checkpoint.Version, second.Checkpoint.Attempt, second.Checkpoint.Schema));
        Assert.Equal((CursorKind.Page, "k40"), (second.Checkpoint.CursorKind, second.Checkpoint.LastItemKey));
        Assert.Equal("""{"page":4}""", Text(second.Checkpoint.Data));
        Assert.Equal((40, 100, "page 4"), (second.Progress?.Done, second.Progress?.Total, second.Progress?.Message));
        Assert.Equal("http_502", second.PreviousError?.Code);
    }

    [Fact]
    public async Task Higher_priority_starts_first_then_the_earlier_then_the_lower_number()
    {
        var late = await EnqueueAsync(Plain with { RunAt = Now.AddSeconds(2) });
        var early = await EnqueueAsync(Plain with { RunAt = Now.AddSeconds(1) });
        var low = await EnqueueAsync(Plain with { Priority = -20 });
        Pass(TimeSpan.FromSeconds(2));
        await PromoteAsync();
        var later = await EnqueueAsync();
        var high = await EnqueueAsync(Plain with { Priority = 20 });
        var worker = await WorkerAsync();

        var order = new List<JobId>();
        for (var n = 0; n < 5; n++)
        {
            order.Add((await ClaimOneAsync(worker)).Lease.Job);
        }

        Assert.Equal([high, early, late, later, low], order);
    }

    [Fact]
    public async Task A_batch_takes_the_best_of_a_queue_whatever_their_types()
    {
        await EnqueueAsync(Plain with { Priority = 1 });
        var second = await EnqueueAsync(Plain with { Priority = 8, Type = "report" });
        var first = await EnqueueAsync(Plain with { Priority = 9 });
        var third = await EnqueueAsync(Plain with { Priority = 7 });
        await EnqueueAsync(Plain with { Priority = 0, Type = "report" });

        var taken = await ClaimAsync(Ask(await WorkerAsync(), 3, ("default", "mail"), ("default", "report")));

        Assert.Equal(new[] { first, second, third }.Order(), taken.Select(job => job.Lease.Job).Order());
    }

    [Fact]
    public async Task The_highest_and_the_lowest_priority_are_in_order()
    {
        var ids = new List<JobId>();
        foreach (var priority in new[] { 0, -1000, 1000, -1, 1, 999, -999 })
        {
            ids.Add(await EnqueueAsync(Plain with { Priority = priority }));
        }

        var worker = await WorkerAsync();
        var seen = new List<int>();
        for (var n = 0; n < ids.Count; n++)
        {
            seen.Add((await ClaimOneAsync(worker)).Priority);
        }

        Assert.Equal([1000, 999, 1, 0, -1, -999, -1000], seen);
    }

    [Fact]
    public async Task Only_the_lines_asked_for_are_served()
    {
        await EnqueueAsync(Plain with { Queue = "other" });
        await EnqueueAsync(Plain with { Type = "other" });
        var mine = await EnqueueAsync();

        Assert.Equal([mine], (await ClaimAsync(await WorkerAsync(), 10)).Select(job => job.Lease.Job));
    }

    [Fact]
    public async Task A_worker_is_given_no_more_than_its_slots()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 5));
        var worker = await WorkerAsync();

        Assert.Equal(3, (await ClaimAsync(worker, 3)).Count);
        Assert.Empty(await ClaimAsync(worker, 0));
        Assert.Equal(2, (await ClaimAsync(worker, 3)).Count);
        Assert.Empty(await ClaimAsync(worker, 3));
    }

    [Fact]
    public async Task A_line_gives_no_more_than_its_room()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = 9 }, 5));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Type = "report" }, 5));
        var request = Ask(await WorkerAsync(), 6) with { Lines = [new("default", "mail", 2), new("default", "report", 3)] };

        var taken = await ClaimAsync(request);

        Assert.Equal(2, taken.Count(job => job.Type == "mail"));
        Assert.Equal(3, taken.Count(job => job.Type == "report"));
    }

    [Fact]
    public async Task A_line_without_room_gives_nothing()
    {
        await EnqueueAsync();

        Assert.Empty(await ClaimAsync(Ask(await WorkerAsync()) with { Lines = [new("default", "mail", 0)] }));
    }

    [Fact]
    public async Task No_job_is_given_twice()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 25));
        var (one, two) = (await WorkerAsync(), await WorkerAsync());
        var taken = new List<JobId>();
        for (var n = 0; n < 6; n++)
        {
            taken.AddRange((await ClaimAsync(n % 2 == 0 ? one : two, 5)).Select(job => job.Lease.Job));
        }

        Assert.Equal(25, taken.Count);
        Assert.Equal(25, taken.Distinct().Count());
    }

    [Fact]
    public async Task Queues_take_turns_within_a_claim()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Queue = "a", Priority = 20 }, 10));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Queue = "b" }, 10));

        var taken = await ClaimAsync(Ask(await WorkerAsync(), 4, ("a", "mail"), ("b", "mail")));

        Assert.Equal((2, 2), (taken.Count(job => job.Queue == "a"), taken.Count(job => job.Queue == "b")));
    }

    [Fact]
    public async Task Queues_take_turns_over_claims_of_one()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Queue = "a", Priority = 20 }, 10));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Queue = "b" }, 10));
        var worker = await WorkerAsync();
        var queues = new List<string>();
        for (var n = 0; n < 6; n++)
        {
            queues.Add(Assert.Single(await ClaimAsync(Ask(worker, 1, ("a", "mail"), ("b", "mail")))).Queue);
        }

        Assert.Equal((3, 3), (queues.Count(queue => queue == "a"), queues.Count(queue => queue == "b")));
    }

    [Fact]
    public async Task A_queue_that_has_run_dry_leaves_its_turns_to_the_others()
    {
        await EnqueueAsync(Plain with { Queue = "a" });
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Queue = "b" }, 10));

        var taken = await ClaimAsync(Ask(await WorkerAsync(), 6, ("a", "mail"), ("b", "mail"), ("c", "mail")));

        Assert.Equal(6, taken.Count);
    }

    [Fact]
    public async Task Jobs_taken_ahead_say_so_and_come_after_the_slots()
    {
        var first = await EnqueueAsync(Plain with { Priority = 5 });
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 4));

        var taken = await ClaimAsync(Ask(await WorkerAsync()) with { Prefetch = 2 });

        Assert.Equal(3, taken.Count);
        Assert.Equal([first], taken.Where(job => !job.Prefetched).Select(job => job.Lease.Job));
        Assert.Equal(2, Count(await LineAsync(), JobState.Queued));
        Assert.Equal(3, Count(await LineAsync(), JobState.Running));
    }

    [Fact]
    public async Task A_worker_with_full_slots_may_take_jobs_ahead()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 4));

        var taken = await ClaimAsync(Ask(await WorkerAsync(), 0) with { Prefetch = 2 });

        Assert.Equal([true, true], taken.Select(job => job.Prefetched));
    }

    [Fact]
    public async Task A_job_that_was_lost_before_is_never_taken_ahead()
    {
        var lost = await LostOnceAsync();
        var fresh = await EnqueueAsync();
        var worker = await WorkerAsync();

        var ahead = await ClaimAsync(Ask(worker, 0) with { Prefetch = 5 });
        Assert.Equal([fresh], ahead.Select(job => job.Lease.Job));

        var now = Assert.Single(await ClaimAsync(Ask(worker, 1) with { Prefetch = 5 }));
        Assert.Equal((lost, false, 1), (now.Lease.Job, now.Prefetched, now.Losses));
    }

    [Fact]
    public async Task A_job_that_was_lost_before_it_began_is_not_taken_ahead_again()
    {
        var id = await EnqueueAsync();
        var dead = await WorkerAsync();
        Assert.True(Assert.Single(await ClaimAsync(Ask(dead, 0) with { Prefetch = 1 })).Prefetched);
        await LoseAsync(dead);
        var worker = await WorkerAsync();

        Assert.Empty(await ClaimAsync(Ask(worker, 0) with { Prefetch = 5 }));
        Assert.Equal(id, (await ClaimOneAsync(worker)).Lease.Job);
    }

    [Fact]
    public async Task An_express_slot_is_only_for_urgent_jobs()
    {
        await EnqueueAllAsync(Plain with { Priority = 39 }, Plain with { Priority = 39 });
        var worker = await WorkerAsync();
        Assert.Empty(await ClaimAsync(Ask(worker, 0) with { ExpressSlots = 1 }));

        var urgent = await EnqueueAsync(Plain with { Priority = 40 });
        var taken = Assert.Single(await ClaimAsync(Ask(worker, 0) with { ExpressSlots = 1 }));

        Assert.Equal((urgent, true, false), (taken.Lease.Job, taken.Express, taken.Prefetched));
    }

    [Fact]
    public async Task Express_slots_come_on_top_of_the_others()
    {
        await EnqueueAllAsync(Plain with { Priority = 60 }, Plain with { Priority = 50 }, Plain with { Priority = 50 }, Plain);

        var taken = await ClaimAsync(Ask(await WorkerAsync(), 1) with { ExpressSlots = 1 });

        Assert.Equal(2, taken.Count);
        Assert.Single(taken, job => job.Express);
        Assert.All(taken, job => Assert.True(job.Priority >= 50));
    }

    [Fact]
    public async Task What_counts_as_urgent_is_for_the_worker_to_say()
    {
        var id = await EnqueueAsync(Plain with { Priority = 10 });

        var taken = await ClaimAsync(Ask(await WorkerAsync(), 0) with { ExpressSlots = 2, ExpressFrom = 10 });

        Assert.Equal([id], taken.Select(job => job.Lease.Job));
    }

    [Fact]
    public async Task One_claim_in_ten_takes_the_job_that_has_waited_longest()
    {
        var old = await EnqueueAsync(Plain with { Priority = -20 });
        await EnqueueAsync(Plain with { Priority = -20 });
        Pass(TimeSpan.FromMinutes(6));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = 20 }, 20));
        var worker = await WorkerAsync();
        var taken = new List<Claimed>();
        for (var n = 0; n < 10; n++)
        {
            taken.Add(await ClaimOneAsync(worker));
        }

        var aged = Assert.Single(taken, job => job.ByAge);
        Assert.Equal(old, aged.Lease.Job);
        Assert.All(taken.Where(job => !job.ByAge), job => Assert.Equal(20, job.Priority));
    }

    [Fact]
    public async Task Ageing_works_within_a_batch_too()
    {
        var old = await EnqueueAsync(Plain with { Priority = -20 });
        await EnqueueAsync(Plain with { Priority = -20 });
        Pass(TimeSpan.FromMinutes(6));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = 20 }, 20));

        var taken = await ClaimAsync(await WorkerAsync(), 10);

        Assert.Equal([old], taken.Where(job => job.ByAge).Select(job => job.Lease.Job));
        Assert.Equal(9, taken.Count(job => job.Priority == 20));
    }

    [Fact]
    public async Task A_job_that_has_not_waited_five_minutes_does_not_overtake()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = -20 }, 3));
        Pass(TimeSpan.FromMinutes(4));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = 20 }, 20));

        var taken = await ClaimAsync(await WorkerAsync(), 20);

        Assert.All(taken, job => Assert.Equal((20, false), (job.Priority, job.ByAge)));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public async Task A_job_overtakes_by_age_once_it_has_waited_over_five_minutes(int microseconds, bool overtakes)
    {
        var old = await EnqueueAsync(Plain with { Priority = -20 });
        Pass(TimeSpan.FromMinutes(5) + TimeSpan.FromMicroseconds(microseconds));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = 20 }, 10));

        var taken = await ClaimAsync(await WorkerAsync(), 10);

        Assert.Equal(overtakes ? [old] : [], taken.Where(job => job.ByAge).Select(job => job.Lease.Job));
    }

    [Fact]
    public async Task Of_one_concurrency_key_one_job_runs_at_once()
    {
        var first = await EnqueueAsync(Plain with { ConcurrencyKey = "repo" });
        var second = await EnqueueAsync(Plain with { ConcurrencyKey = "repo" });
        var free = await EnqueueAsync(Plain with { Priority = -5 });
        var other = await EnqueueAsync(Plain with { ConcurrencyKey = "other", Priority = -6 });
        var worker = await WorkerAsync();

        var taken = await ClaimAsync(worker, 10);

        Assert.Equal(new[] { first, free, other }.Order(), taken.Select(job => job.Lease.Job).Order());
        Assert.Empty(await ClaimAsync(worker, 10));
        var held = await JobAsync(second);
        Assert.Equal((JobState.Queued, "concurrency_key"), (held.State, held.Held));
        Assert.Equal(1, (await LineAsync()).Held);
    }

    [Fact]
    public async Task A_job_whose_key_is_full_does_not_use_up_the_slot_it_cannot_have()
    {
        await RunningAsync(Plain with { ConcurrencyKey = "repo" });
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { ConcurrencyKey = "repo", Priority = 50 }, 300));
        var free = await EnqueueAsync(Plain with { Priority = -5 });

        Assert.Equal(free, (await ClaimOneAsync()).Lease.Job);
    }

    public static TheoryData<string> WaysToFreeAKey => [.. new[]
    {
        "success", "failure", "retry", "snooze", "release", "stop", "loss", "loss of a job taken ahead",
    }];

    [Theory]
    [MemberData(nameof(WaysToFreeAKey))]
    public async Task A_freed_key_goes_to_the_next(string way)
    {
        var worker = await WorkerAsync();
        await EnqueueAsync(Plain with { ConcurrencyKey = "repo", Priority = 1 });
        var ahead = way == "loss of a job taken ahead";
        var holder = Assert.Single(await ClaimAsync(Ask(worker, ahead ? 0 : 1) with { Prefetch = ahead ? 1 : 0 }));
        var next = await EnqueueAsync(Plain with { ConcurrencyKey = "repo", Priority = 2 });
        Assert.Empty(await DrainAsync());
        Assert.Equal("concurrency_key", (await JobAsync(next)).Held);

        switch (way)
        {
            case "success": await EndAsync(Success(holder)); break;
            case "failure": await EndAsync(Failure(holder)); break;
            case "retry": await EndAsync(Again(holder)); break;
            case "snooze": await EndAsync(Snooze(holder)); break;
            case "release": await EndAsync(Release(holder)); break;
            case "stop":
                await CancelAsync(holder.Lease.Job);
                await EndAsync(Stopped(holder));
                break;
            default: Assert.Single((await LoseAsync(worker)).Lost); break;
        }

        Assert.Equal(next, (await ClaimOneAsync()).Lease.Job);
        Assert.Null((await JobAsync(next)).Held);
    }

    [Fact]
    public async Task A_job_held_for_its_key_keeps_its_place_by_priority()
    {
        var holder = await RunningAsync(Plain with { ConcurrencyKey = "repo" });
        var low = await EnqueueAsync(Plain with { ConcurrencyKey = "repo", Priority = -1 });
        Assert.Empty(await DrainAsync());
        var high = await EnqueueAsync(Plain with { ConcurrencyKey = "repo", Priority = 1 });
        await EndAsync(Success(holder));

        var next = await ClaimOneAsync();
        Assert.Equal(high, next.Lease.Job);
        await EndAsync(Success(next));
        Assert.Equal(low, (await ClaimOneAsync()).Lease.Job);
    }

    [Fact]
    public async Task A_job_whose_key_is_full_lets_no_other_type_overtake_those_behind_it()
    {
        await RunningAsync(Plain with { ConcurrencyKey = "repo" });
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { ConcurrencyKey = "repo", Priority = 9 }, 3));
        var next = await EnqueueAsync(Plain with { Priority = 5 });
        await EnqueueAsync(Plain with { Type = "report", Priority = 1 });

        var taken = await ClaimAsync(Ask(await WorkerAsync(), 1, ("default", "report"), ("default", "mail")));

        Assert.Equal([next], taken.Select(job => job.Lease.Job));
    }

    [Fact]
    public async Task A_job_that_was_offered_a_freed_key_and_moved_away_takes_it_from_nobody()
    {
        var holder = await RunningAsync(Plain with { ConcurrencyKey = "repo" });
        var first = await EnqueueAsync(Plain with { ConcurrencyKey = "repo", Priority = 2 });
        var second = await EnqueueAsync(Plain with { ConcurrencyKey = "repo", Priority = 1 });
        Assert.Empty(await DrainAsync());
        await EndAsync(Success(holder));
        await EditAsync(Edit(first) with { Queue = "nobody serves it" });

        Assert.Equal([second], await DrainAsync());
    }

    [Fact]
    public async Task A_concurrency_key_holds_over_types_and_queues()
    {
        await RunningAsync(Plain with { ConcurrencyKey = "repo" });
        await EnqueueAsync(Plain with { ConcurrencyKey = "repo", Queue = "other", Type = "report" });

        Assert.Empty(await ClaimAsync(Ask(await WorkerAsync(), 5, ("other", "report"))));
    }

    [Fact]
    public async Task At_most_one_job_on_its_last_chance_is_given_at_a_time()
    {
        var first = await LostTwiceAsync("risky");
        var second = await LostTwiceAsync("riskier");
        var innocent = await EnqueueAsync(Plain with { Priority = -1 });
        var ask = Ask(await WorkerAsync(), 10, ("default", "risky"), ("default", "riskier"), ("default", "mail"));

        var taken = await ClaimAsync(ask);

        Assert.Equal(new[] { first, innocent }.Order(), taken.Select(job => job.Lease.Job).Order());
        Assert.Empty(await ClaimAsync(ask with { Token = NextToken(), RunsLastChance = true }));
        Assert.Equal([second], (await ClaimAsync(ask with { Token = NextToken() })).Select(job => job.Lease.Job));
    }

    [Fact]
    public async Task A_worker_that_runs_a_job_on_its_last_chance_is_given_no_other()
    {
        await LostTwiceAsync("risky");
        var innocent = await EnqueueAsync(Plain with { Priority = -1 });
        var ask = Ask(await WorkerAsync(), 10, ("default", "risky"), ("default", "mail"));

        Assert.Equal([innocent], (await ClaimAsync(ask with { RunsLastChance = true })).Select(job => job.Lease.Job));
    }

    [Fact]
    public async Task A_job_on_its_last_chance_hides_nobody_behind_it()
    {
        await LostTwiceAsync("risky");
        await LostTwiceAsync("riskier");
        var innocent = await EnqueueAsync(Plain with { Priority = -1 });
        var ask = Ask(await WorkerAsync(), 1, ("default", "risky"), ("default", "riskier"), ("default", "mail"));

        Assert.Equal([innocent], (await ClaimAsync(ask with { RunsLastChance = true })).Select(job => job.Lease.Job));
    }

    [Fact]
    public async Task A_job_that_may_not_be_taken_ahead_hides_nobody_behind_it()
    {
        var worker = await WorkerAsync("dead");
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 5));
        await ClaimAsync(worker, 5);
        await LoseAsync(worker);
        var fresh = await EnqueueAsync();

        Assert.Equal([fresh], (await ClaimAsync(Ask(await WorkerAsync(), 0) with { Prefetch = 1 })).Select(job => job.Lease.Job));
    }

    [Fact]
    public async Task What_is_a_last_chance_follows_the_cap_the_worker_goes_by()
    {
        var first = await LostTwiceAsync("risky");
        var second = await LostTwiceAsync("riskier");
        var ask = Ask(await WorkerAsync(), 10, ("default", "risky"), ("default", "riskier"));

        var taken = await ClaimAsync(ask with { LossCap = 10, RunsLastChance = true });

        Assert.Equal(new[] { first, second }.Order(), taken.Select(job => job.Lease.Job).Order());
    }

    [Fact]
    public async Task With_a_cap_of_one_loss_jobs_that_were_never_lost_run_beside_each_other()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 4));
        var ask = Ask(await WorkerAsync(), 2) with { LossCap = 1 };

        Assert.Equal(2, (await ClaimAsync(ask)).Count);
        Assert.Equal(2, (await ClaimAsync(ask with { Token = NextToken(), RunsLastChance = true })).Count);
    }

    [Fact]
    public async Task A_worker_that_was_declared_gone_is_given_nothing()
    {
        var worker = await WorkerAsync();
        await LoseAsync(worker);
        var id = await EnqueueAsync();

        Assert.Empty(await ClaimAsync(worker, 5));
        Assert.Equal(JobState.Queued, await StateAsync(id));
    }

    [Fact]
    public async Task A_worker_nobody_knows_is_given_nothing()
    {
        var id = await EnqueueAsync();

        Assert.Empty(await ClaimAsync(987_654));
        Assert.Equal(JobState.Queued, await StateAsync(id));
    }

    [Fact]
    public async Task A_job_that_is_too_late_to_start_is_not_given()
    {
        await EnqueueAsync(Plain with { StartBy = Now.AddMinutes(1) });
        Pass(TimeSpan.FromMinutes(2));

        Assert.Empty(await DrainAsync());
    }

    [Fact]
    public async Task A_snoozed_job_brings_how_often_it_snoozed_in_a_row()
    {
        var job = await RunningAsync();
        for (var n = 1; n <= 3; n++)
        {
            Assert.Equal(n - 1, job.Snoozes);
            await EndAsync(Snooze(job, delay: TimeSpan.Zero));
            await PromoteAsync();
            job = await ClaimOneAsync();
        }

        await EndAsync(Snooze(job, delay: TimeSpan.Zero) with { MadeProgress = true });
        await PromoteAsync();
        Assert.Equal(0, (await ClaimOneAsync()).Snoozes);
    }

    /// <summary>A queued job that was lost once.</summary>
    protected async Task<JobId> LostOnceAsync()
    {
        var worker = await WorkerAsync("dead");
        var job = await RunningAsync(worker: worker);
        Assert.Equal(JobState.Queued, Assert.Single((await LoseAsync(worker)).Lost).State);
        return job.Lease.Job;
    }

    /// <summary>A queued job, alone of its type, whose next loss would be its last.</summary>
    protected async Task<JobId> LostTwiceAsync(string type)
    {
        var id = await EnqueueAsync(Plain with { Type = type });
        for (var n = 1; n <= 2; n++)
        {
            var worker = await WorkerAsync("dead");
            await ClaimOneAsync(worker, type: type);
            await LoseAsync(worker);
            Assert.Equal(n, (await JobAsync(id)).Losses);
        }

        return id;
    }
}
