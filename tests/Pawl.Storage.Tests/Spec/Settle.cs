namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_success_ends_job_and_attempt()
    {
        var running = await RunningAsync();
        Pass(TimeSpan.FromSeconds(3));
        var reply = await SettleAsync(Success(running) with { Result = Json("""{"pages":3}"""), Degraded = "no pictures" });
        var job = await JobAsync(running.Lease.Job);

        Assert.Equal(new SettleReply(Settled.Done, JobState.Succeeded, 1), reply);
        Assert.Equal((JobState.Succeeded, Now, null), (job.State, job.EndedAt, job.WorkerId));
        Assert.Equal(("""{"pages":3}""", "no pictures"), (Text(job.Result ?? default), job.Degraded));
        Assert.Equal((0, 0, null), (job.Failures, job.Losses, job.Error));
        var attempt = Assert.Single(await AttemptsAsync(job.Id));
        Assert.Equal((Outcome.Succeeded, Now, TimeSpan.FromMilliseconds(1500)), (attempt.Outcome, attempt.EndedAt, attempt.Run));
        var last = (await EventsAsync(job.Id))[^1];
        Assert.Equal(EventKind.Succeeded, last.Kind);
        Assert.Equal((JobState.Running, JobState.Succeeded, 1, 1), (last.From, last.To, last.Generation, last.Attempt));
        Assert.Empty(await DrainAsync());
    }

    [Fact]
    public async Task A_result_of_one_megabyte_comes_back()
    {
        var running = await RunningAsync();
        var result = Json($"\"{new string('r', 1_048_574)}\"");

        Assert.Equal(result, (await EndAsync(Success(running) with { Result = result })).Result?.ToArray());
    }

    [Fact]
    public async Task A_failure_with_budget_left_waits_for_its_retry()
    {
        var running = await RunningAsync();
        var job = await EndAsync(Again(running, TimeSpan.FromSeconds(73)));

        Assert.Equal((JobState.Scheduled, WaitReason.Retry, Now.AddSeconds(73)), (job.State, job.WaitReason, job.RunAt));
        Assert.Equal((1, 0, 1, 1), (job.Failures, job.Losses, job.Attempt, job.Generation));
        Assert.Equal((null, null), (job.EndedAt, job.WorkerId));
        Assert.Equal(("http_502", ErrorCategory.Network), (job.Error?.Code, job.Error?.Category));
        var attempt = Assert.Single(await AttemptsAsync(job.Id));
        Assert.Equal((Outcome.Failed, "http.502", Now.AddSeconds(73)), (attempt.Outcome, attempt.Rule, attempt.NextRunAt));
        Assert.Equal(EventKind.RetryScheduled, (await KindsAsync(job.Id))[^1]);
        Assert.Empty(await DrainAsync());
    }

    [Fact]
    public async Task Every_fact_of_an_error_comes_back()
    {
        var running = await RunningAsync();
        var error = Error(ErrorCategory.RateLimited, Disposition.Snooze) with
        {
            Detail = System.Text.Json.Nodes.JsonNode.Parse("""{"limit":5000}"""),
            RetryAfter = TimeSpan.FromSeconds(120),
            HttpStatus = 429,
            ExitCode = 75,
            Exception = "HttpRequestException",
            Stack = "at A()\n at B()",
            Message = "ünïcödé ' \" \\",
        };
        var job = await EndAsync(Failure(running) with { Error = error });

        Assert.Equal(Show(error), Show(job.Error));
        Assert.Equal(Show(error), Show(Assert.Single(await AttemptsAsync(job.Id)).Error));
    }

    [Fact]
    public async Task Running_out_of_time_counts_as_a_failure()
    {
        var running = await RunningAsync();
        var job = await EndAsync(Again(running) with { Outcome = Outcome.TimedOut });

        Assert.Equal((JobState.Scheduled, 1), (job.State, job.Failures));
        Assert.Equal(Outcome.TimedOut, Assert.Single(await AttemptsAsync(job.Id)).Outcome);
        Assert.Contains(EventKind.TimedOut, await KindsAsync(job.Id));
    }

    [Fact]
    public async Task A_failure_for_good_is_a_dead_letter()
    {
        var running = await RunningAsync();
        var job = await EndAsync(Failure(running));

        Assert.Equal((JobState.Failed, 1, Now, null), (job.State, job.Failures, job.EndedAt, job.DismissedAt));
        Assert.Equal("http_502", job.Error?.Code);
        Assert.Equal(EventKind.Failed, (await KindsAsync(job.Id))[^1]);
        Assert.Equal((1, 1), (Count(await LineAsync(), JobState.Failed), (await LineAsync()).Dead));
        Assert.Empty(await DrainAsync());
    }

    [Theory]
    [InlineData(WaitReason.Snooze)]
    [InlineData(WaitReason.RateLimit)]
    [InlineData(WaitReason.Circuit)]
    [InlineData(WaitReason.Continuation)]
    public async Task A_snooze_waits_for_its_reason_and_uses_no_budget(WaitReason why)
    {
        var running = await RunningAsync(Plain with { Priority = 3 });
        var job = await EndAsync(Snooze(running, why, TimeSpan.FromSeconds(5)));

        Assert.Equal((JobState.Scheduled, why, Now.AddSeconds(5)), (job.State, job.WaitReason, job.RunAt));
        Assert.Equal((0, 0, 3), (job.Failures, job.Losses, job.Priority));
        Assert.Equal(Outcome.Snoozed, Assert.Single(await AttemptsAsync(job.Id)).Outcome);
        Assert.Equal(EventKind.Snoozed, (await KindsAsync(job.Id))[^1]);
    }

    [Fact]
    public async Task A_released_job_is_queued_again_as_it_was()
    {
        var running = await RunningAsync(Plain with { Priority = 3 });
        Pass(TimeSpan.FromSeconds(1));
        var job = await EndAsync(Release(running));

        Assert.Equal((JobState.Queued, 3, 0, 0), (job.State, job.Priority, job.Failures, job.Losses));
        Assert.True(job.RunAt <= Now);
        Assert.Null(job.WorkerId);
        Assert.Equal(Outcome.Released, Assert.Single(await AttemptsAsync(job.Id)).Outcome);
        Assert.Equal(EventKind.Released, (await KindsAsync(job.Id))[^1]);
        Assert.Equal((job.Id, 2), ((await ClaimOneAsync()).Lease.Job, (await JobAsync(job.Id)).Attempt));
    }

    [Fact]
    public async Task A_job_that_stopped_on_request_is_cancelled()
    {
        var running = await RunningAsync();
        await CancelAsync(running.Lease.Job);
        var job = await EndAsync(Stopped(running));

        Assert.Equal((JobState.Cancelled, EndReason.User, Now), (job.State, job.EndReason, job.EndedAt));
        Assert.Equal((0, 0), (job.Failures, job.Losses));
        Assert.Equal(Outcome.Cancelled, Assert.Single(await AttemptsAsync(job.Id)).Outcome);
        Assert.Equal(EventKind.Cancelled, (await KindsAsync(job.Id))[^1]);
    }

    [Fact]
    public async Task A_success_that_arrives_after_a_cancel_request_is_kept()
    {
        var running = await RunningAsync();
        await CancelAsync(running.Lease.Job);
        var asked = Now;
        Pass(TimeSpan.FromSeconds(1));
        var job = await EndAsync(Success(running));

        Assert.Equal((JobState.Succeeded, asked, null), (job.State, job.CancelRequestedAt, job.EndReason));
    }

    [Theory]
    [InlineData(JobEvent.RetryLater)]
    [InlineData(JobEvent.Snoozed)]
    [InlineData(JobEvent.Released)]
    public async Task A_job_that_was_asked_to_stop_starts_no_other_attempt_whatever_this_one_reports(JobEvent report)
    {
        var running = await RunningAsync();
        await CancelAsync(running.Lease.Job);

        var reply = await SettleAsync(report switch
        {
            JobEvent.RetryLater => Again(running, TimeSpan.Zero),
            JobEvent.Snoozed => Snooze(running, delay: TimeSpan.Zero),
            _ => Release(running),
        });
        await PromoteAsync();

        Assert.Empty(await DrainAsync());
        Assert.Equal((Settled.Done, JobState.Cancelled), (reply.What, reply.State));
        Assert.Equal((JobState.Cancelled, EndReason.User), await EndOfAsync(running.Lease.Job));
    }

    [Fact]
    public async Task Each_retry_adds_five_points_and_at_most_fifteen()
    {
        var job = await RunningAsync(Plain with { Priority = 40, MaxAttempts = 10, PriorityReasons = [new PriorityReason(40, "manual")] });
        var seen = new List<int>();
        for (var n = 0; n < 5; n++)
        {
            var ended = await EndAsync(Again(job, TimeSpan.Zero));
            seen.Add(ended.Priority);
            Assert.Equal(ended.Priority, ended.PriorityReasons.Sum(reason => reason.Points));
            Assert.Contains(new PriorityReason(40, "manual"), ended.PriorityReasons);
            await PromoteAsync();
            job = await ClaimOneAsync();
        }

        Assert.Equal([45, 50, 55, 55, 55], seen);
    }

    [Fact]
    public async Task Retry_points_never_lead_above_the_highest_priority()
    {
        var running = await RunningAsync(Plain with { Priority = 998, PriorityReasons = [new PriorityReason(998, "urgent")] });

        Assert.Equal(1000, (await EndAsync(Again(running))).Priority);
    }

    [Theory]
    [InlineData(-20)]
    [InlineData(700)]
    public async Task A_priority_that_was_given_without_reasons_or_explicitly_stays(int priority)
    {
        var unexplained = await RunningAsync(Plain with { Priority = priority });
        var given = await RunningAsync(Plain with { Priority = priority, PriorityReasons = PriorityScore.Explicit(priority).Reasons });

        Assert.Equal(priority, (await EndAsync(Again(unexplained))).Priority);
        Assert.Equal(priority, (await EndAsync(Again(given))).Priority);
    }

    [Fact]
    public async Task What_a_retry_is_worth_is_for_the_type_to_say()
    {
        var running = await RunningAsync(Plain with { PriorityReasons = [new PriorityReason(0, "base")] });

        Assert.Equal(7, (await EndAsync(Again(running) with { RetryPoints = (7, 21) })).Priority);
    }

    [Fact]
    public async Task Another_end_than_a_retry_leaves_the_points_alone()
    {
        var running = await RunningAsync(Plain with { Priority = 7 });

        Assert.Equal(7, (await EndAsync(Failure(running))).Priority);
    }

    [Fact]
    public async Task What_an_attempt_says_at_its_end_is_stored_with_the_end()
    {
        var running = await RunningAsync();
        var last = new AttemptSave
        {
            Lease = running.Lease,
            Progress = new JobProgress { Done = 9, Total = 9 },
            Checkpoint = new NewCheckpoint(Json("9")),
            Log = Json("{\"message\":\"bye\"}\n"),
            Items = [new ItemResult { Dataset = "d", Key = "k", Outcome = ItemOutcome.Succeeded }],
            Children = [Plain with { Type = "child" }],
        };
        var job = await EndAsync(Success(running) with { Last = last });

        Assert.Equal((9, 1), (job.Progress?.Done, job.Checkpoint?.Version));
        Assert.Equal("{\"message\":\"bye\"}\n", Text((await Store.LogAsync(new LogQuery(job.Id), Ct)).Text));
        Assert.NotNull(Assert.Single(await Store.ItemsAsync("d", ["k"], Ct)));
        Assert.Single((await Store.ListAsync(new JobQuery { Parent = job.Id }, Ct)).Jobs);
    }

    [Fact]
    public async Task The_answer_to_an_end_names_the_children_that_came_with_it()
    {
        var running = await RunningAsync();
        var last = new AttemptSave { Lease = running.Lease, Children = [Plain with { Type = "child" }] };

        var reply = await SettleAsync(Success(running) with { Last = last });

        Assert.Equal((Settled.Done, JobState.Succeeded), (reply.What, reply.State));
        var child = Assert.Single(reply.Last!.Children!);
        Assert.Equal(running.Lease.Job, (await JobAsync(child.Id)).ParentId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_end_whose_last_words_are_refused_is_not_stored(bool succeeds)
    {
        var running = await RunningAsync();
        var (id, before) = (running.Lease.Job, await PhotoAsync(running.Lease.Job));
        var orphan = Plain with { Type = "child", DependsOn = [new Dependency(new JobId(987_654_321))] };
        var last = new AttemptSave
        {
            Lease = running.Lease,
            Progress = new JobProgress { Done = 9 },
            Log = Json("{}\n"),
            Children = [Plain with { Type = "child" }, orphan],
        };

        var end = succeeds ? Success(running) : Again(running);
        var reply = await SettleAsync(end with { Last = last });

        Assert.Equal((Settled.LastRefused, JobState.Running, 1), (reply.What, reply.State, reply.Attempt));
        Assert.Equal(new EnqueueRefusal(1, "dependency_missing", new JobId(987_654_321)), reply.Last!.ChildRefusal);
        Assert.Equal(before, await PhotoAsync(id));
        Assert.Equal(Settled.Done, (await SettleAsync(end with { Last = last with { Children = [] } })).What);
    }

    [Fact]
    public async Task An_end_whose_last_checkpoint_is_not_the_next_is_not_stored()
    {
        var running = await RunningAsync();
        await SaveAsync(new AttemptSave { Lease = running.Lease, Checkpoint = new NewCheckpoint(Json("1"), Version: 1) });
        var before = await PhotoAsync(running.Lease.Job);
        var last = new AttemptSave { Lease = running.Lease, Checkpoint = new NewCheckpoint(Json("2"), Version: 1) };

        var reply = await SettleAsync(Snooze(running) with { Last = last });

        Assert.Equal((Settled.LastRefused, JobState.Running), (reply.What, reply.State));
        Assert.Equal((true, 1), (reply.Last!.CheckpointOlder, reply.Last.CheckpointVersion));
        Assert.Equal(before, await PhotoAsync(running.Lease.Job));
        var job = await EndAsync(Snooze(running) with { Last = last with { Checkpoint = new NewCheckpoint(Json("2"), Version: 2) } });
        Assert.Equal((JobState.Scheduled, 2), (job.State, job.Checkpoint!.Version));
    }

    [Fact]
    public async Task An_end_that_is_refused_for_its_last_words_holds_up_no_other()
    {
        var worker = await WorkerAsync();
        await EnqueueAllAsync(Plain, Plain);
        var jobs = await ClaimAsync(worker, 2);
        var last = new AttemptSave { Lease = jobs[0].Lease, Checkpoint = new NewCheckpoint(Json("1"), Version: 7) };

        var replies = await Store.SettleAsync([Success(jobs[0]) with { Last = last }, Success(jobs[1])], Now, Ct);

        Assert.Equal([Settled.LastRefused, Settled.Done], replies.Select(reply => reply.What));
        Assert.Equal([jobs[0].Lease.Job], (await BeatAsync(worker)).Held.Select(lease => lease.Lease.Job));
    }

    [Fact]
    public async Task Many_ends_in_one_call_are_answered_in_order_and_each_stands_alone()
    {
        var worker = await WorkerAsync();
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 6));
        var jobs = await ClaimAsync(worker, 6);
        await CancelAsync(jobs[4].Lease.Job);
        await EndAsync(Success(jobs[5]));

        var replies = await Store.SettleAsync(
            [
                Success(jobs[0]), Again(jobs[1]), Failure(jobs[2]), Release(jobs[3]), Stopped(jobs[4]),
                Failure(jobs[5]), Snooze(jobs[0]),
            ],
            Now,
            Ct);

        Assert.Equal(
            [
                new SettleReply(Settled.Done, JobState.Succeeded, 1),
                new SettleReply(Settled.Done, JobState.Scheduled, 1),
                new SettleReply(Settled.Done, JobState.Failed, 1),
                new SettleReply(Settled.Done, JobState.Queued, 1),
                new SettleReply(Settled.Done, JobState.Cancelled, 1),
                new SettleReply(Settled.LeaseLost, JobState.Succeeded, 1),
                new SettleReply(Settled.LeaseLost, JobState.Succeeded, 1),
            ],
            replies);
    }

    [Fact]
    public async Task Jobs_claimed_together_end_one_by_one()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 3));
        var worker = await WorkerAsync();
        var jobs = await ClaimAsync(worker, 3);

        await EndAsync(Success(jobs[1]));

        var held = (await BeatAsync(worker)).Held.Select(lease => lease.Lease.Job);
        Assert.Equal(new[] { jobs[0].Lease.Job, jobs[2].Lease.Job }.Order(), held.Order());
        Assert.Equal(2, Count(await LineAsync(), JobState.Running));
    }

    [Fact]
    public async Task A_success_unblocks_what_waited_for_it()
    {
        var first = await EnqueueAsync(Plain with { Type = "upstream" });
        var second = await EnqueueAsync(Plain with { DependsOn = [new Dependency(first)] });
        var third = await EnqueueAsync(Plain with { DependsOn = [new Dependency(second)] });

        await EndAsync(Success(await ClaimOneAsync(type: "upstream")));

        var job = await JobAsync(second);
        Assert.Equal((JobState.Queued, null), (job.State, job.BlockReason));
        Assert.Equal([EventKind.Created, EventKind.Unblocked], await KindsAsync(second));
        Assert.Equal(JobState.Blocked, await StateAsync(third));
        await EndAsync(Success(await ClaimOneAsync()));
        Assert.Equal(JobState.Queued, await StateAsync(third));
    }

    [Fact]
    public async Task A_job_waits_for_all_it_depends_on()
    {
        var one = await EnqueueAsync(Plain with { Type = "one" });
        var two = await EnqueueAsync(Plain with { Type = "two" });
        var job = await EnqueueAsync(Plain with { DependsOn = [new Dependency(one), new Dependency(two)] });

        await EndAsync(Success(await ClaimOneAsync(type: "two")));
        Assert.Equal(JobState.Blocked, await StateAsync(job));
        await EndAsync(Success(await ClaimOneAsync(type: "one")));
        Assert.Equal(JobState.Queued, await StateAsync(job));
    }

    [Fact]
    public async Task An_unblocked_job_whose_time_is_ahead_goes_on_waiting()
    {
        var first = await EnqueueAsync(Plain with { Type = "upstream" });
        var second = await EnqueueAsync(Plain with { DependsOn = [new Dependency(first)], RunAt = Now.AddHours(1) });

        await EndAsync(Success(await ClaimOneAsync(type: "upstream")));

        var job = await JobAsync(second);
        Assert.Equal((JobState.Scheduled, WaitReason.Delay, Now.AddHours(1)), (job.State, job.WaitReason, job.RunAt));
        Pass(TimeSpan.FromHours(1));
        await PromoteAsync();
        Assert.Equal([second], await DrainAsync());
    }

    [Theory]
    [InlineData(DependencyWhen.Succeeded, DependencyOnFailed.Cancel, JobState.Cancelled)]
    [InlineData(DependencyWhen.Succeeded, DependencyOnFailed.Fail, JobState.Failed)]
    [InlineData(DependencyWhen.Succeeded, DependencyOnFailed.Run, JobState.Queued)]
    [InlineData(DependencyWhen.Terminal, DependencyOnFailed.Cancel, JobState.Queued)]
    [InlineData(DependencyWhen.Terminal, DependencyOnFailed.Fail, JobState.Queued)]
    public async Task When_a_dependency_fails_the_edge_decides(DependencyWhen when, DependencyOnFailed onFailed, JobState end)
    {
        var first = await EnqueueAsync(Plain with { Type = "upstream" });
        var second = await EnqueueAsync(Plain with { DependsOn = [new Dependency(first, when, onFailed)] });

        await EndAsync(Failure(await ClaimOneAsync(type: "upstream")));

        var job = await JobAsync(second);
        Assert.Equal(end, job.State);
        Assert.Equal(end == JobState.Cancelled ? EndReason.DependencyFailed : null, job.EndReason);
        Assert.Equal(end == JobState.Failed ? ErrorCategory.DependencyFailed : null, job.Error?.Category);
        Assert.Equal(end == JobState.Queued ? null : Now, job.EndedAt);
    }

    [Fact]
    public async Task A_cancelled_dependency_is_a_failed_one()
    {
        var first = await EnqueueAsync(Plain with { Type = "upstream" });
        var second = await EnqueueAsync(Plain with { DependsOn = [new Dependency(first)] });

        await CancelAsync(first);

        Assert.Equal((JobState.Cancelled, EndReason.DependencyFailed), await EndOfAsync(second));
    }

    [Fact]
    public async Task A_failed_dependency_reaches_down_the_whole_chain_however_long()
    {
        var first = await EnqueueAsync(Plain with { Type = "upstream" });
        var chain = new List<JobId>();
        var previous = first;
        for (var n = 0; n < 20_000; n++)
        {
            previous = await EnqueueAsync(Plain with { DependsOn = [new Dependency(previous)] });
            chain.Add(previous);
        }

        await EndAsync(Failure(await ClaimOneAsync(type: "upstream")));

        Assert.All(
            await Store.GetAsync(chain, Ct),
            job => Assert.Equal((JobState.Cancelled, EndReason.DependencyFailed), (job.State, job.EndReason)));
    }

    [Fact]
    public async Task One_end_unblocks_a_thousand()
    {
        var first = await EnqueueAsync(Plain with { Type = "upstream" });
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { DependsOn = [new Dependency(first)] }, 1000));

        await EndAsync(Success(await ClaimOneAsync(type: "upstream")));

        Assert.Equal((1000, 0), (Count(await LineAsync(), JobState.Queued), Count(await LineAsync(), JobState.Blocked)));
    }

    [Fact]
    public async Task An_attempt_that_will_be_retried_unblocks_and_fails_nobody()
    {
        var first = await EnqueueAsync(Plain with { Type = "upstream" });
        var second = await EnqueueAsync(Plain with { DependsOn = [new Dependency(first, DependencyWhen.Terminal)] });

        await EndAsync(Again(await ClaimOneAsync(type: "upstream")));

        Assert.Equal(JobState.Blocked, await StateAsync(second));
    }

    [Fact]
    public async Task A_job_that_also_wants_an_approval_stays_blocked_when_its_dependency_is_met()
    {
        var first = await EnqueueAsync(Plain with { Type = "upstream" });
        var second = await EnqueueAsync(Plain with { DependsOn = [new Dependency(first)], RequiresApproval = true });

        await EndAsync(Success(await ClaimOneAsync(type: "upstream")));
        Assert.Equal((JobState.Blocked, BlockReason.Approval), ((await JobAsync(second)).State, (await JobAsync(second)).BlockReason));
        await ApproveAsync(second);
        Assert.Equal(JobState.Queued, await StateAsync(second));
    }

    [Theory]
    [InlineData(JobEvent.Due)]
    [InlineData(JobEvent.Claimed)]
    [InlineData(JobEvent.Retried)]
    [InlineData(JobEvent.Dismissed)]
    [InlineData(JobEvent.Purged)]
    [InlineData(JobEvent.Unblocked)]
    public async Task An_end_that_is_no_move_from_running_is_a_mistake_of_the_caller(JobEvent wrong)
    {
        var running = await RunningAsync();
        var before = await PhotoAsync(running.Lease.Job);

        await Assert.ThrowsAnyAsync<ArgumentException>(() => SettleAsync(Success(running) with { Event = wrong }));

        Assert.Equal(before, await PhotoAsync(running.Lease.Job));
    }

    [Fact]
    public async Task A_job_that_is_runnable_again_wakes_the_workers()
    {
        var running = await RunningAsync(Plain with { Priority = 12 });
        var heard = new List<int>();
        Store.Wakeups.Runnable += heard.Add;

        await EndAsync(Release(running));

        Assert.Contains(12, heard);
    }

    [Fact]
    public async Task A_retry_tells_the_scheduler_when()
    {
        var running = await RunningAsync();
        var heard = new List<DateTimeOffset>();
        Store.Wakeups.Scheduled += heard.Add;

        await EndAsync(Again(running, TimeSpan.FromSeconds(61)));

        Assert.Contains(Now.AddSeconds(61), heard);
    }
}
