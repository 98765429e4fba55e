using System.Text.Json;
using Pawl.Maintenance;
using Pawl.Storage;
using Pawl.Tests.Running;

namespace Pawl.Tests.Maintenance;

public sealed class RecoveryTests
{
    private static readonly ChoreType Capture = new() { Name = "capture" };
    private long _worker;
    private long _term;
    private Leader _leader = null!;
    private StuckWatch _stuck = null!;
    private Recovery _recovery = null!;

    [Fact]
    public async Task Three_retryable_of_five_failed_jobs_are_recovered_and_two_skipped_with_reasons()
    {
        await using var here = await OpenAsync(Capture);
        var network = await here.FailedAsync(_worker);
        var denied = await here.FailedAsync(_worker, ErrorCategory.Permission);
        await here.FailedAsync(_worker, ErrorCategory.Timeout);
        await here.FailedAsync(_worker, ErrorCategory.TooLarge, "payload_too_large");
        await here.FailedAsync(_worker, ErrorCategory.ProviderError, "http_502");

        var run = await _recovery.RunAsync(RecoveryKind.Failed, by: "ann", cancellationToken: Installation.Cancelled);

        Assert.Equal((3, 0, 2), (run.RecoveredJobs, run.FailedRecoveries, run.SkippedJobs));
        Assert.Equal("Job recovery completed: 3 recovered, 0 failed, 2 skipped", run.Message);
        Assert.True(run.Success);
        Assert.Equal(
            ["permission (permission) does not pass by itself", "too_large (payload_too_large) does not pass by itself"],
            run.Jobs.Where(job => job.Action == RecoveryAction.Skipped).Select(job => job.Reason));
        Assert.Equal(
            ["network may have passed", "timeout may have passed", "http_502 may have passed"],
            run.Jobs.Where(job => job.Action == RecoveryAction.Recovered).Select(job => job.Reason));
        Assert.Equal((JobState.Queued, 2), await StateAsync(here, network));
        Assert.Equal((JobState.Failed, 1), await StateAsync(here, denied));
    }

    [Fact]
    public async Task The_attempt_that_follows_carries_the_recovery()
    {
        await using var here = await OpenAsync(Capture);
        var id = await here.FailedAsync(_worker);
        var run = await _recovery.RunAsync(RecoveryKind.Failed, by: "ann", cancellationToken: Installation.Cancelled);
        var claimed = Assert.Single(await here.ClaimAsync(_worker));
        Assert.Equal(new RecoveryMark(run.Id, "retryable", "ann"), claimed.Recovery);
        await here.FailAsync(claimed);
        Assert.Equal(claimed.Recovery, (await here.LastAttemptAsync(id)).Recovery);
        Assert.Equal(["ann"], (await here.EventsAsync(EventKind.Recovered)).Select(one => one.Actor));
    }

    [Fact]
    public async Task The_report_is_recorded_in_the_form_of_the_model()
    {
        await using var here = await OpenAsync(Capture);
        var id = await here.FailedAsync(_worker);
        await here.FailedAsync(_worker, ErrorCategory.Permission);
        var run = await _recovery.RunAsync(RecoveryKind.Comprehensive, cancellationToken: Installation.Cancelled);
        var recorded = Assert.Single(await here.EventsAsync(EventKind.Recovery));
        Assert.Equal(run.Message, recorded.Title);
        using var json = JsonDocument.Parse(recorded.Data!);
        var result = json.RootElement.GetProperty("result");
        Assert.Equal("comprehensive", json.RootElement.GetProperty("type").GetString());
        Assert.Equal("manual", json.RootElement.GetProperty("trigger").GetString());
        Assert.Equal(1, result.GetProperty("recovered_jobs").GetInt32());
        Assert.Equal(0, result.GetProperty("failed_recoveries").GetInt32());
        Assert.Equal(1, result.GetProperty("skipped_jobs").GetInt32());
        var jobs = result.GetProperty("jobs").EnumerateArray().ToList();
        Assert.Equal(JsonValueKind.Null, jobs[0].GetProperty("rule").ValueKind);
        Assert.Equal((id.ToString(), "recovered", "retryable"), Of(jobs[1]));

        static (string?, string?, string?) Of(JsonElement job) =>
            (job.GetProperty("job_id").GetString(), job.GetProperty("action").GetString(), job.GetProperty("rule").GetString());
    }

    [Fact]
    public async Task A_dry_run_shows_the_same_and_changes_nothing()
    {
        var asked = new List<bool>();
        await using var here = await OpenAsync(Capture with { Checks = [new Check(candidate => Note(candidate.DryRun))] });
        var id = await here.FailedAsync(_worker);
        await here.FailedAsync(_worker, ErrorCategory.Permission);
        var events = await here.Store.EventsAsync(new EventQuery(), Installation.Cancelled);

        var dry = await _recovery.RunAsync(RecoveryKind.Comprehensive, dryRun: true, cancellationToken: Installation.Cancelled);

        Assert.Equal(events, await here.Store.EventsAsync(new EventQuery(), Installation.Cancelled));
        Assert.Equal((JobState.Failed, 1), await StateAsync(here, id));
        Assert.Equal(2, dry.Jobs.Count);
        var real = await _recovery.RunAsync(RecoveryKind.Comprehensive, cancellationToken: Installation.Cancelled);
        Assert.Equal(real.Jobs, dry.Jobs);
        Assert.Equal(real.Message, dry.Message);
        Assert.Equal([true, false], asked);
        Assert.Equal([false, true], _recovery.Recent.Select(run => run.DryRun));

        RecoveryAnswer Note(bool dryRun)
        {
            asked.Add(dryRun);
            return RecoveryAnswer.Yes();
        }
    }

    [Fact]
    public async Task A_hundred_and_twenty_candidates_take_three_cycles()
    {
        await using var here = await OpenAsync(Capture);
        for (var n = 0; n < 120; n++)
        {
            await here.FailedAsync(_worker);
        }

        var cycles = new List<int>();
        for (var cycle = 0; cycle < 4; cycle++)
        {
            cycles.Add(await CycleAsync());
        }

        Assert.Equal([50, 50, 20, 0], cycles);
    }

    [Fact]
    public async Task The_higher_priority_has_its_turn_first_and_then_the_older_failure()
    {
        await using var here = await OpenAsync(Capture);
        var younger = await here.EnqueueAsync(priority: 40);
        var claimed = Assert.Single(await here.ClaimAsync(_worker));
        var low = await here.FailedAsync(_worker, priority: 0);
        here.Clock.Advance(TimeSpan.FromSeconds(1));
        var older = await here.FailedAsync(_worker, priority: 40);
        here.Clock.Advance(TimeSpan.FromSeconds(1));
        await here.FailAsync(claimed);

        Assert.Equal(older, await FirstAsync());
        Assert.Equal(younger, await FirstAsync());
        Assert.Equal(low, await FirstAsync());

        async Task<JobId> FirstAsync() =>
            (await _recovery.RunAsync(RecoveryKind.Failed, limit: 1, cancellationToken: Installation.Cancelled)).Jobs.Single().JobId;
    }

    [Fact]
    public async Task What_a_check_refuses_is_skipped_with_its_words_and_does_not_hide_the_rest()
    {
        var check = new Check(
            candidate => candidate.Job.Priority == 40 ? RecoveryAnswer.No("account disabled") : RecoveryAnswer.Yes("account valid"));
        await using var here = await OpenAsync(Capture with { Checks = [check] });
        for (var n = 0; n < 60; n++)
        {
            await here.FailedAsync(_worker, priority: 40);
        }

        await here.FailedAsync(_worker);
        var first = await _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled);
        Assert.Equal((0, 50), (first.RecoveredJobs, first.SkippedJobs));
        Assert.All(first.Jobs, job => Assert.Equal((RecoveryRule.Retryable, "account disabled"), (job.Rule, job.Reason)));
        var second = await _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled);
        Assert.Equal((1, 10), (second.RecoveredJobs, second.SkippedJobs));
        Assert.Equal("account valid", second.Jobs.Single(job => job.Action == RecoveryAction.Recovered).Reason);
    }

    [Fact]
    public async Task What_comes_after_many_that_nothing_can_help_is_found_in_the_same_cycle()
    {
        await using var here = await OpenAsync(Capture);
        for (var n = 0; n < 450; n++)
        {
            await here.FailedAsync(_worker, ErrorCategory.Permission);
        }

        await here.FailedAsync(_worker);
        var run = await _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled);
        Assert.Equal((1, 450), (run.RecoveredJobs, run.SkippedJobs));
        Assert.Equal(51, run.Jobs.Count);
    }

    [Fact]
    public async Task A_cycle_that_begins_in_the_middle_comes_round_to_the_start_and_asks_for_nobody_twice()
    {
        await using var here = await OpenAsync(Capture with
        {
            Checks = [new Check(candidate => candidate.Job.Priority > 0 ? RecoveryAnswer.Yes() : RecoveryAnswer.No("account disabled"))],
        });
        var early = await here.EnqueueAsync(priority: 1);
        var claimed = Assert.Single(await here.ClaimAsync(_worker));
        var refused = new List<JobId>();
        for (var n = 0; n < 205; n++)
        {
            refused.Add(await here.FailedAsync(_worker));
        }

        for (var cycle = 0; cycle < 4; cycle++)
        {
            Assert.Equal(0, await CycleAsync());
        }

        // The sweep stands on its second page now. A person retries all of the first, and the first job of all fails only now.
        var retry = new RetryRequest { Ids = refused[..200], Now = here.Clock.GetUtcNow() };
        Assert.All(await here.Store.RetryAsync(retry, Installation.Cancelled), changed => Assert.Null(changed.Refusal));
        await here.FailAsync(claimed);
        var run = await _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled);
        Assert.Equal([.. refused[200..], early], run.Jobs.Select(job => job.JobId));
        Assert.Equal((JobState.Queued, 2), await StateAsync(here, early));
    }

    [Fact]
    public async Task A_dry_run_does_not_move_the_place_of_the_sweep()
    {
        await using var here = await OpenAsync(Capture with { Checks = [new Check(_ => RecoveryAnswer.No("account disabled"))] });
        for (var n = 0; n < 60; n++)
        {
            await here.FailedAsync(_worker);
        }

        var dry = await _recovery.RunAsync(RecoveryKind.Failed, dryRun: true, cancellationToken: Installation.Cancelled);
        var real = await _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled);
        Assert.Equal(real.Jobs, dry.Jobs);
    }

    [Fact]
    public async Task A_check_that_throws_skips_its_job_and_no_other()
    {
        var check = new Check(
            candidate => candidate.Job.Priority > 0 ? throw new InvalidOperationException("no network") : RecoveryAnswer.Yes());
        await using var here = await OpenAsync(Capture with { Checks = [check] });
        var bad = await here.FailedAsync(_worker, priority: 1);
        var good = await here.FailedAsync(_worker);
        var run = await _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled);
        Assert.Equal((1, 0, 1), (run.RecoveredJobs, run.FailedRecoveries, run.SkippedJobs));
        Assert.Equal((bad, "check_failed"), (run.Errors.Single().JobId, run.Errors.Single().Code));
        Assert.Equal((JobState.Queued, 2), await StateAsync(here, good));
    }

    [Fact]
    public async Task A_second_sweep_is_refused_while_one_runs()
    {
        var answer = new TaskCompletionSource<RecoveryAnswer>();
        await using var here = await OpenAsync(Capture with { Checks = [new Check(_ => answer.Task)] });
        await here.FailedAsync(_worker);
        var first = _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled);
        var refused = await RefusedAsync();
        Assert.Equal("recovery_running", refused.Code);
        var id = Assert.IsType<long>(refused.Data["run_id"]);
        Assert.Contains($"Recovery {id} is running", refused.Message);
        answer.SetResult(RecoveryAnswer.Yes());
        Assert.Equal(id, (await first).Id);
        Assert.Null(_recovery.RunningId);
        Assert.True((await _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled)).Id > id);

        // Both begin on threads of the pool, so that either may be first; the one that waits for the check is.
        async Task<PawlException> RefusedAsync()
        {
            while (_recovery.RunningId is null)
            {
                await Task.Yield();
            }

            return await Assert.ThrowsAsync<PawlException>(
                () => _recovery.RunAsync(RecoveryKind.Stuck, cancellationToken: Installation.Cancelled));
        }
    }

    [Fact]
    public async Task A_sweep_that_is_stopped_reports_what_it_did_until_then()
    {
        using var stop = new CancellationTokenSource();
        var asked = 0;
        await using var here = await OpenAsync(Capture with { Checks = [new Check(_ => AnswerAsync())] });
        var first = await here.FailedAsync(_worker);
        var second = await here.FailedAsync(_worker);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: stop.Token));

        Assert.Equal(((JobState.Queued, 2), (JobState.Failed, 1)), (await StateAsync(here, first), await StateAsync(here, second)));
        var run = Assert.Single(_recovery.Recent);
        Assert.Equal((1, false, "stopped"), (run.RecoveredJobs, run.Success, run.Errors.Single().Code));
        Assert.DoesNotContain(here.Lines, line => line.StartsWith("1431", StringComparison.Ordinal));
        Assert.Equal(run.Message, Assert.Single(await here.EventsAsync(EventKind.Recovery)).Title);
        Assert.Null(_recovery.RunningId);

        async Task<RecoveryAnswer> AnswerAsync()
        {
            if (++asked == 2)
            {
                await stop.CancelAsync();
            }

            return RecoveryAnswer.Yes();
        }
    }

    [Fact]
    public async Task A_report_that_the_store_does_not_take_in_time_is_given_up()
    {
        var (asked, never) = (Stage.Point(), Stage.Point());
        await using var here = await OpenAsync(Capture);
        var id = await here.FailedAsync(_worker);
        var store = new FaultyStore(here.Store);
        store.Meanwhile("Record", () =>
        {
            asked.SetResult();
            return never.Task;
        });
        var recovery = new Recovery(store, Installation.Settings(Capture), _leader, _stuck, here.Clock, here);
        var running = recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled);
        await asked.PassedAsync();
        here.Clock.Advance(TimeSpan.FromSeconds(5));
        var run = await running.WaitAsync(TimeSpan.FromSeconds(120), Installation.Cancelled);

        Assert.Equal((false, "store_failed"), (run.Success, Assert.Single(run.Errors).Code));
        Assert.Equal((JobState.Queued, 2), await StateAsync(here, id));
        never.SetResult();
    }

    [Fact]
    public async Task A_process_that_does_not_lead_recovers_all_the_same()
    {
        await using var here = await OpenAsync(Capture);
        var id = await here.FailedAsync(_worker);
        var (recovery, _) = await SecondAsync(here, Capture);

        var run = await recovery.RunAsync(RecoveryKind.Failed, by: "ann", cancellationToken: Installation.Cancelled);

        Assert.Equal((1, true), (run.RecoveredJobs, run.Success));
        Assert.Equal((JobState.Queued, 2), await StateAsync(here, id));
        Assert.Equal(["ann"], (await here.EventsAsync(EventKind.Recovered)).Select(one => one.Actor));
        Assert.True((await _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled)).Id > run.Id);
    }

    [Fact]
    public async Task Nobody_recovers_before_it_is_known_who_leads()
    {
        await using var here = await OpenAsync(Capture);
        var settings = Installation.Settings(Capture);
        var recovery = new Recovery(
            here.Store, settings, new Leader(here.Store, settings, () => null, here.Clock, here), _stuck, here.Clock, here);

        var refusal = Assert.ThrowsAsync<PawlException>(
            () => recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled));
        while (!refusal.IsCompleted)
        {
            here.Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        Assert.Equal("not_leader", (await refusal).Code);
    }

    [Fact]
    public async Task A_sweep_is_refused_while_one_runs_in_another_process()
    {
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource<RecoveryAnswer>());
        await using var here = await OpenAsync(Capture with { Checks = [new Check(_ => AnswerAsync())] });
        var id = await here.FailedAsync(_worker);
        var (second, _) = await SecondAsync(here, Capture);
        var first = _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled);
        await asked.PassedAsync();

        var refused = await Assert.ThrowsAsync<PawlException>(
            () => second.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled));

        Assert.Equal(("recovery_running", _recovery.RunningId), (refused.Code, refused.Data["run_id"]));
        answer.SetResult(RecoveryAnswer.Yes());
        Assert.Equal(1, (await first).RecoveredJobs);
        Assert.Equal(0, (await second.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled)).RecoveredJobs);
        Assert.Equal((JobState.Queued, 2), await StateAsync(here, id));

        Task<RecoveryAnswer> AnswerAsync()
        {
            asked.SetResult();
            return answer.Task;
        }
    }

    [Fact]
    public async Task A_sweep_that_died_with_its_process_stands_in_nobodys_way()
    {
        await using var here = await OpenAsync(Capture);
        var (_, dead) = await SecondAsync(here, Capture);
        var begun = await here.Store.LeadAsync(new LeadRequest(dead) { Name = LeadRequest.Recovery }, Installation.Cancelled);
        Assert.True(begun.Mine);
        await Assert.ThrowsAsync<PawlException>(
            () => _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled));

        var goodbye = new HeartbeatRequest { WorkerId = dead, Beat = 1, Now = here.Clock.GetUtcNow(), Leaving = true };
        await here.Store.HeartbeatAsync(goodbye, Installation.Cancelled);

        Assert.Equal(begun.Term + 1, (await _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled)).Id);
    }

    [Fact]
    public async Task A_sweep_whose_end_the_store_did_not_take_is_told_again()
    {
        await using var here = await OpenAsync(Capture);
        var (second, _) = await SecondAsync(here, Capture);
        var store = new FaultyStore(here.Store);
        var recovery = new Recovery(store, Installation.Settings(Capture), _leader, _stuck, here.Clock, here);
        store.Meanwhile("Record", () =>
        {
            store.FailBefore("Lead");
            return Task.CompletedTask;
        });
        var run = await recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled);
        Assert.True(run.Success);
        var refused = await Assert.ThrowsAsync<PawlException>(
            () => second.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled));
        Assert.Equal(run.Id, refused.Data["run_id"]);

        await recovery.ReleaseAsync(Installation.Cancelled);

        Assert.True((await second.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled)).Id > run.Id);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(51)]
    public async Task A_limit_out_of_range_is_refused(int limit)
    {
        await using var here = await OpenAsync(Capture);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => _recovery.RunAsync(RecoveryKind.Failed, limit: limit, cancellationToken: Installation.Cancelled));
    }

    [Fact]
    public async Task A_job_is_recovered_three_times_and_then_left()
    {
        await using var here = await OpenAsync(Capture);
        var id = await here.FailedAsync(_worker);
        for (var time = 1; time <= 3; time++)
        {
            Assert.Equal(1, await CycleAsync());
            await here.FailAsync(Assert.Single(await here.ClaimAsync(_worker)));
        }

        var run = await _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled);
        Assert.Equal("it was recovered 3 times already", run.Jobs.Single(job => job.JobId == id).Reason);
    }

    [Fact]
    public async Task A_refused_credential_is_tried_once_for_each_new_one()
    {
        var credential = "token 1";
        var check = new Check(_ => RecoveryAnswer.Yes("token refreshed", credential));
        await using var here = await OpenAsync(Capture with { Checks = [check] });
        var id = await here.FailedAsync(_worker, ErrorCategory.Auth);
        Assert.Equal(1, await CycleAsync());
        await here.FailAsync(Assert.Single(await here.ClaimAsync(_worker)), ErrorCategory.Auth);
        var again = await _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled);
        Assert.Equal("it was recovered for token 1 before and failed again", again.Jobs.Single().Reason);
        credential = "token 2";
        Assert.Equal(1, await CycleAsync());
        Assert.Equal((JobState.Queued, 3), await StateAsync(here, id));
    }

    [Fact]
    public async Task Bad_input_is_recovered_once_for_each_version_of_its_type()
    {
        await using var here = await OpenAsync(Capture with { Versions = new Dictionary<string, string> { ["parser"] = "1.3" } });
        var id = await here.EnqueueAsync(versions: new Dictionary<string, string> { ["parser"] = "1.2" });
        await here.FailAsync(Assert.Single(await here.ClaimAsync(_worker)), ErrorCategory.InvalidInput);
        Assert.Equal(1, await CycleAsync());
        await here.FailAsync(Assert.Single(await here.ClaimAsync(_worker)), ErrorCategory.InvalidInput);
        Assert.Equal(0, await CycleAsync());
        Assert.Equal((JobState.Failed, 2), await StateAsync(here, id));
    }

    [Fact]
    public async Task A_failure_that_a_person_dismisses_while_the_sweep_asks_is_left()
    {
        Installation here = null!;
        JobId id = default;
        await using var opened = here = await OpenAsync(Capture with { Checks = [new Check(_ => DismissAsync())] });
        id = await here.FailedAsync(_worker);

        var run = await _recovery.RunAsync(RecoveryKind.Failed, cancellationToken: Installation.Cancelled);

        Assert.Equal((0, 1), (run.RecoveredJobs, run.SkippedJobs));
        Assert.Equal((JobState.Failed, 1), await StateAsync(here, id));

        async Task<RecoveryAnswer> DismissAsync()
        {
            await here.Store.DismissAsync(new DismissRequest([id], true, here.Clock.GetUtcNow(), "ann"), Installation.Cancelled);
            return RecoveryAnswer.Yes();
        }
    }

    [Fact]
    public async Task A_dismissed_failure_is_left()
    {
        await using var here = await OpenAsync(Capture);
        var id = await here.FailedAsync(_worker);
        await here.Store.DismissAsync(new DismissRequest([id], Dismiss: true, here.Clock.GetUtcNow()), Installation.Cancelled);
        Assert.Empty((await _recovery.RunAsync(RecoveryKind.Comprehensive, cancellationToken: Installation.Cancelled)).Jobs);
    }

    [Fact]
    public async Task A_live_job_of_three_hours_with_progress_is_untouched()
    {
        await using var here = await OpenAsync(Capture with { OnStuck = OnStuck.Requeue });
        var id = await here.EnqueueAsync();
        var claimed = Assert.Single(await here.ClaimAsync(_worker));
        await WatchAsync(here, TimeSpan.FromMinutes(90));
        await here.SaveProgressAsync(claimed, done: 1);
        await WatchAsync(here, TimeSpan.FromMinutes(90));
        var run = await _recovery.RunAsync(RecoveryKind.Stuck, cancellationToken: Installation.Cancelled);
        Assert.Empty(run.Jobs);
        Assert.Equal((JobState.Running, 1), await StateAsync(here, id));
    }

    [Fact]
    public async Task A_stuck_job_is_left_by_a_comprehensive_sweep_and_offered_again_when_asked_for()
    {
        await using var here = await OpenAsync(Capture);
        var id = await here.EnqueueAsync();
        var claimed = Assert.Single(await here.ClaimAsync(_worker));
        await WatchAsync(here, TimeSpan.FromHours(2));
        var comprehensive = await _recovery.RunAsync(RecoveryKind.Comprehensive, cancellationToken: Installation.Cancelled);
        Assert.Equal((0, 1), (comprehensive.RecoveredJobs, comprehensive.SkippedJobs));
        Assert.Equal((JobState.Running, 1), await StateAsync(here, id));

        var run = await _recovery.RunAsync(RecoveryKind.Stuck, by: "ann", cancellationToken: Installation.Cancelled);

        Assert.Equal((RecoveryAction.Recovered, RecoveryRule.Stuck), (run.Jobs.Single().Action, run.Jobs.Single().Rule));
        var job = await here.JobAsync(id);
        Assert.Equal((JobState.Queued, 1, 1), (job.State, job.Losses, job.Recoveries));
        var ended = await here.LastAttemptAsync(id);
        Assert.Equal((Outcome.Lost, "stuck", null), (ended.Outcome!.Value, ended.Error!.Code, ended.Recovery));
        var save = new AttemptSave { Lease = claimed.Lease, Progress = new JobProgress { Done = 9 } };
        var late = await here.Store.SaveAsync([save], here.Clock.GetUtcNow(), Installation.Cancelled);
        Assert.Equal(Settled.LeaseLost, late[0].What);
        var next = Assert.Single(await here.ClaimAsync(_worker));
        Assert.Equal((2, new RecoveryMark(run.Id, "stuck", "ann")), (next.Lease.Attempt, next.Recovery));
    }

    [Fact]
    public async Task A_stuck_job_whose_type_says_so_is_offered_again_by_the_periodic_sweep()
    {
        await using var here = await OpenAsync(Capture with { OnStuck = OnStuck.Requeue });
        var id = await here.EnqueueAsync();
        await here.ClaimAsync(_worker);
        await WatchAsync(here, TimeSpan.FromHours(2) - TimeSpan.FromMinutes(1));
        await _recovery.StepAsync(_term, Installation.Cancelled);
        Assert.Equal((JobState.Running, 1), await StateAsync(here, id));
        await WatchAsync(here, TimeSpan.FromMinutes(1));
        await _recovery.StepAsync(_term, Installation.Cancelled);
        Assert.Equal((JobState.Queued, 1), await StateAsync(here, id));
    }

    [Fact]
    public async Task A_wall_clock_that_jumps_makes_no_job_stuck_by_itself()
    {
        await using var here = await OpenAsync(Capture with { OnStuck = OnStuck.Requeue });
        var id = await here.EnqueueAsync();
        await here.ClaimAsync(_worker);
        await WatchAsync(here, TimeSpan.FromMinutes(5));
        here.Clock.SetUtcNow(here.Clock.GetUtcNow().AddHours(3));
        await WatchAsync(here, TimeSpan.FromMinutes(5));
        await _recovery.StepAsync(_term, Installation.Cancelled);
        Assert.Equal((JobState.Running, 1), await StateAsync(here, id));
    }

    [Fact]
    public async Task By_itself_it_runs_after_the_start_and_then_at_its_interval()
    {
        await using var here = await OpenAsync(Capture);
        Assert.Equal(TimeSpan.FromSeconds(3), _recovery.Begin(_term));
        Assert.Equal(TimeSpan.FromMinutes(30), await _recovery.StepAsync(_term, Installation.Cancelled));
        Assert.Equal(TimeSpan.FromMinutes(30), await _recovery.StepAsync(_term, Installation.Cancelled));
        Assert.Equal(["startup", "periodic"], (await here.EventsAsync(EventKind.Recovery)).Select(one => one.Actor));
    }

    [Fact]
    public async Task A_store_that_fails_ends_the_cycle_and_is_reported()
    {
        await using var here = await Installation.OpenAsync(migrate: false);
        var settings = Installation.Settings(Capture);
        var tally = new RecoveryTally(
            1, new RecoveryRequest(RecoveryKind.Comprehensive, RecoveryTrigger.Manual, "ann", DryRun: false, 50), here.Clock.GetUtcNow());
        var cycle = new RecoveryCycle(
            here.Store, settings, here.Clock, _ => TimeSpan.Zero, _ => true);
        await cycle.RunAsync(tally, new RecoveryPlace(), term: 1, Installation.Cancelled);
        var run = tally.Result(here.Clock.GetUtcNow());
        Assert.False(run.Success);
        Assert.Equal((null, "store_failed"), (run.Errors.Single().JobId, run.Errors.Single().Code));
    }

    private static async Task<(JobState State, int Generation)> StateAsync(Installation here, JobId id)
    {
        var job = await here.JobAsync(id);
        return (job.State, job.Generation);
    }

    private async Task<Installation> OpenAsync(ChoreType type)
    {
        var here = await Installation.OpenAsync();
        var settings = Installation.Settings(type) with { LeaseTtl = TimeSpan.FromDays(1) };
        _worker = await here.WorkerAsync();
        _leader = await here.LeaderAsync(settings, _worker);
        _term = _leader.Term!.Value;
        _stuck = new StuckWatch(here.Store, settings, here.Clock, here);
        _stuck.Begin(_term);
        _recovery = new Recovery(here.Store, settings, _leader, _stuck, here.Clock, here);
        _recovery.Begin(_term);
        return here;
    }

    /// <summary>Another process of the same installation, which watches the one that leads.</summary>
    private async Task<(Recovery Recovery, long Worker)> SecondAsync(Installation here, ChoreType type)
    {
        var settings = Installation.Settings(type);
        var number = await here.WorkerAsync("second");
        var leader = new Leader(here.Store, settings, () => number, here.Clock, here);
        await leader.StepAsync(Installation.Cancelled);
        Assert.Equal((null, _worker), (leader.Term, leader.Other));
        var stuck = new StuckWatch(here.Store, settings, here.Clock, here);
        return (new Recovery(here.Store, settings, leader, stuck, here.Clock, here), number);
    }

    private async Task<int> CycleAsync() =>
        (await _recovery.RunAsync(RecoveryKind.Comprehensive, cancellationToken: Installation.Cancelled)).RecoveredJobs;

    private async Task WatchAsync(Installation here, TimeSpan length)
    {
        var rest = await _stuck.StepAsync(_term, Installation.Cancelled);
        for (var passed = TimeSpan.Zero; passed < length; passed += rest)
        {
            here.Clock.Advance(rest);
            await _stuck.StepAsync(_term, Installation.Cancelled);
        }
    }

    private sealed class Check(Func<RecoveryCandidate, Task<RecoveryAnswer>> answer) : IRecoveryCheck
    {
        public Check(Func<RecoveryCandidate, RecoveryAnswer> answer)
            : this(candidate => Task.FromResult(answer(candidate)))
        {
        }

        public async ValueTask<RecoveryAnswer> CheckAsync(RecoveryCandidate candidate, CancellationToken cancellationToken) =>
            await answer(candidate);
    }
}
