namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    private static readonly byte[] OneBody = [.. Enumerable.Repeat((byte)1, 32)];
    private static readonly byte[] OtherBody = [.. Enumerable.Repeat((byte)2, 32)];

    /// <summary>A job that holds a key of its own.</summary>
    protected static NewJob Keyed(string key = "a/b", byte[]? body = null) => Plain with { UniqueKey = key, BodyHash = body ?? OneBody };

    [Fact]
    public async Task A_job_without_a_time_is_queued_at_once()
    {
        var reply = Assert.Single(await EnqueueAllAsync(Plain));
        var job = await JobAsync(reply.Id);

        Assert.Equal((JobState.Queued, false), (reply.State, reply.Deduplicated));
        Assert.Equal(JobState.Queued, job.State);
        Assert.Equal((1, 0, 0, 0), (job.Generation, job.Attempt, job.Failures, job.Losses));
        Assert.Equal((Now, Now), (job.CreatedAt, job.RunAt));
    }

    [Fact]
    public async Task A_job_with_a_past_time_is_queued_at_once()
    {
        var id = await EnqueueAsync(Plain with { RunAt = Now.AddHours(-1) });

        Assert.Equal(JobState.Queued, await StateAsync(id));
        Assert.Equal([id], await DrainAsync());
    }

    [Fact]
    public async Task A_job_with_a_time_ahead_is_scheduled_for_a_delay()
    {
        var reply = Assert.Single(await EnqueueAllAsync(Plain with { RunAt = Now.AddMinutes(5) }));
        var job = await JobAsync(reply.Id);

        Assert.Equal(JobState.Scheduled, reply.State);
        Assert.Equal((JobState.Scheduled, WaitReason.Delay, Now.AddMinutes(5)), (job.State, job.WaitReason, job.RunAt));
        Assert.Empty(await DrainAsync());
    }

    [Fact]
    public async Task A_job_that_wants_an_approval_is_blocked()
    {
        var reply = Assert.Single(await EnqueueAllAsync(Plain with { RequiresApproval = true }));
        var job = await JobAsync(reply.Id);

        Assert.Equal(JobState.Blocked, reply.State);
        Assert.Equal((JobState.Blocked, BlockReason.Approval), (job.State, job.BlockReason));
        Assert.Empty(await DrainAsync());
    }

    [Fact]
    public async Task A_job_that_waits_for_another_is_blocked()
    {
        var first = await EnqueueAsync(Plain with { Type = "upstream" });
        var reply = Assert.Single(await EnqueueAllAsync(Plain with { DependsOn = [new Dependency(first)] }));
        var job = await JobAsync(reply.Id);

        Assert.Equal(JobState.Blocked, reply.State);
        Assert.Equal((JobState.Blocked, BlockReason.Dependency), (job.State, job.BlockReason));
        Assert.Empty(await DrainAsync());
    }

    [Fact]
    public async Task Every_field_of_a_stored_job_comes_back_as_it_was_given()
    {
        var parent = await EnqueueAsync(Plain with { Type = "parent" });
        var upstream = await EnqueueAsync(Plain with { Type = "upstream" });
        var given = new NewJob
        {
            Type = "capture.pull_requests",
            Queue = "capture",
            Payload = Json("""{"repository":"a/b","days":7.0,"big":12345678901234567890,"text":"ä€\u0000😀"}"""),
            Priority = -7,
            PriorityReasons = [new PriorityReason(-20, "base low"), new PriorityReason(13, "why 'not' \"so\"")],
            Trigger = Trigger.Manual,
            Kind = "project",
            ParentId = parent,
            RerunOf = upstream,
            DependsOn =
            [
                new Dependency(upstream, DependencyWhen.Terminal, DependencyOnFailed.Run),
                new Dependency(parent, DependencyWhen.Succeeded, DependencyOnFailed.Fail),
            ],
            RequiresApproval = true,
            MaxAttempts = 5,
            RunAt = Now.AddHours(1),
            StartBy = Now.AddHours(2),
            DeadlineAt = Now.AddHours(3),
            Timeout = TimeSpan.FromSeconds(90),
            Grace = TimeSpan.FromMilliseconds(1250),
            MaxItems = 100,
            ConcurrencyKey = "repo:a/b",
            RateKey = "github:token-a",
            Circuit = "crawler",
            UniqueKey = "a/b",
            UniqueHold = UniqueHold.Active,
            IdempotencyKey = "request-1",
            BodyHash = OneBody,
            Force = Force.Failed,
            Versions = new Dictionary<string, string> { ["parser"] = "1.2", ["cards"] = "v1" },
            Tags = new Dictionary<string, string> { ["repo"] = "a/b", ["empty"] = "" },
            Traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            RequestedBy = "key:ops-laptop",
        };

        var job = await JobAsync(await EnqueueAsync(given));

        Assert.Equal(given.Type, job.Type);
        Assert.Equal(given.Queue, job.Queue);
        Assert.Equal(given.Payload.ToArray(), job.Payload.ToArray());
        Assert.Equal(given.Priority, job.Priority);
        Assert.Equal(given.PriorityReasons, job.PriorityReasons);
        Assert.Equal(given.Trigger, job.Trigger);
        Assert.Equal(given.Kind, job.Kind);
        Assert.Equal(given.ParentId, job.ParentId);
        Assert.Equal(given.RerunOf, job.RerunOf);
        Assert.Equal(given.DependsOn.OrderBy(edge => edge.On), job.DependsOn.OrderBy(edge => edge.On));
        Assert.True(job.RequiresApproval);
        Assert.Equal(given.MaxAttempts, job.MaxAttempts);
        Assert.Equal((given.RunAt, given.StartBy, given.DeadlineAt), (job.RunAt, job.StartBy, job.DeadlineAt));
        Assert.Equal((given.Timeout, given.Grace, given.MaxItems), (job.Timeout, job.Grace, job.MaxItems));
        Assert.Equal((given.ConcurrencyKey, given.RateKey, given.Circuit), (job.ConcurrencyKey, job.RateKey, job.Circuit));
        Assert.Equal((given.UniqueKey, given.UniqueHold, given.Force), (job.UniqueKey, job.UniqueHold, job.Force));
        Assert.Equal(given.Versions.OrderBy(part => part.Key), job.Versions.OrderBy(part => part.Key));
        Assert.Equal(given.Tags.OrderBy(tag => tag.Key), job.Tags.OrderBy(tag => tag.Key));
        Assert.Equal((given.Traceparent, given.RequestedBy), (job.Traceparent, job.RequestedBy));
        Assert.Equal(TimeSpan.Zero, job.CreatedAt.Offset);
    }

    [Fact]
    public async Task A_job_with_nothing_special_has_nothing_special()
    {
        var job = await JobAsync(await EnqueueAsync());

        Assert.Equal((null, null, null), (job.WaitReason, job.BlockReason, job.EndReason));
        Assert.Equal((null, null, null), (job.StartedAt, job.EndedAt, job.CancelRequestedAt));
        Assert.Equal((null, null, null), (job.Kind, job.ParentId, job.WorkerId));
        Assert.Equal((null, null, null), (job.UniqueKey, job.ConcurrencyKey, job.Held));
        Assert.Equal((null, null, null), (job.Error, job.Progress, job.Checkpoint));
        Assert.Null(job.Result);
        Assert.Empty(job.Tags);
        Assert.Empty(job.Versions);
        Assert.Empty(job.DependsOn);
        Assert.Empty(job.PriorityReasons);
        Assert.Equal((Trigger.Api, Force.None, 3), (job.Trigger, job.Force, job.MaxAttempts));
        Assert.Equal((TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(30)), (job.Timeout, job.Grace));
    }

    [Fact]
    public async Task Times_are_kept_to_the_microsecond()
    {
        var id = await EnqueueAsync(Plain with { RunAt = Now.AddHours(1).AddTicks(57), StartBy = Now.AddHours(2).AddTicks(9) });
        var job = await JobAsync(id);

        Assert.Equal(Now.AddHours(1).AddTicks(50), job.RunAt);
        Assert.Equal(Now.AddHours(2), job.StartBy);
    }

    [Fact]
    public async Task A_payload_of_one_megabyte_comes_back_byte_for_byte()
    {
        var payload = Json($"\"{new string('x', 1_048_574)}\"");
        var id = await EnqueueAsync(Plain with { Payload = payload });

        Assert.Equal(payload, (await JobAsync(id)).Payload.ToArray());
        Assert.Equal(payload, (await ClaimOneAsync()).Payload.ToArray());
    }

    [Theory]
    [InlineData("'; drop table job; --")]
    [InlineData("ünïcödé 名前 🙂")]
    [InlineData("%_\\")]
    public async Task Names_are_taken_as_text_and_nothing_else(string name)
    {
        var id = await EnqueueAsync(Plain with
        {
            Type = name,
            Queue = name,
            UniqueKey = name,
            BodyHash = OneBody,
            ConcurrencyKey = name,
            RequestedBy = name,
            Tags = new Dictionary<string, string> { [name] = name },
        });

        Assert.Equal(id, (await ClaimOneAsync(queue: name, type: name)).Lease.Job);
        Assert.Equal(name, (await JobAsync(id)).Tags[name]);
    }

    [Fact]
    public async Task Jobs_stored_together_get_rising_numbers_in_the_order_asked()
    {
        var stored = await EnqueueAllAsync(Enumerable.Range(0, 100).Select(n => Plain with { Payload = Json($"{n}") }));
        var next = await EnqueueAsync();

        Assert.Equal(stored.Select(job => job.Id).Order(), stored.Select(job => job.Id));
        Assert.Equal(100, stored.Select(job => job.Id).Distinct().Count());
        Assert.True(next > stored[^1].Id);
        var jobs = await Store.GetAsync([.. stored.Select(job => job.Id)], Ct);
        Assert.Equal(Enumerable.Range(0, 100).Select(n => $"{n}"), jobs.OrderBy(job => job.Id).Select(job => Text(job.Payload)));
    }

    [Fact]
    public async Task Ten_thousand_jobs_can_be_stored_in_one_call()
    {
        var stored = await EnqueueAllAsync(Enumerable.Repeat(Plain, 10_000));

        Assert.Equal(10_000, stored.Select(job => job.Id).Distinct().Count());
        Assert.Equal(10_000, Count(await LineAsync(), JobState.Queued));
    }

    [Fact]
    public async Task Jobs_of_one_call_are_stored_all_or_none()
    {
        var refusal = await RefusedAsync(Plain, Keyed(), Plain with { DependsOn = [new Dependency(new JobId(987_654_321))] }, Plain);

        Assert.Equal((2, "dependency_missing"), (refusal.Index, refusal.Code));
        Assert.Empty((await Store.ListAsync(new JobQuery(), Ct)).Jobs);
        Assert.Empty(await EventsAsync());
        Assert.False(Assert.Single(await EnqueueAllAsync(Keyed())).Deduplicated);
    }

    [Fact]
    public async Task A_created_job_is_an_event()
    {
        var id = await EnqueueAsync(Plain with { RequestedBy = "key:ops" });
        var created = Assert.Single(await EventsAsync(id));

        Assert.Equal(EventKind.Created, created.Kind);
        Assert.Equal((null, JobState.Queued), (created.From, created.To));
        Assert.Equal((1, 0, Now), (created.Generation, created.Attempt, created.At));
    }

    [Fact]
    public async Task An_equal_job_with_the_same_unique_key_is_answered_with_the_first()
    {
        var first = await EnqueueAsync(Keyed());
        var second = Assert.Single(await EnqueueAllAsync(Keyed()));

        Assert.Equal((first, true, JobState.Queued), (second.Id, second.Deduplicated, second.State));
        Assert.Single((await Store.ListAsync(new JobQuery(), Ct)).Jobs);
        Assert.Single(await EventsAsync());
    }

    [Fact]
    public async Task Equal_keyed_jobs_of_one_call_are_stored_once()
    {
        var stored = await EnqueueAllAsync(Keyed(), Plain, Keyed());

        Assert.Equal([false, false, true], stored.Select(job => job.Deduplicated));
        Assert.Equal(stored[0].Id, stored[2].Id);
        Assert.Equal(2, (await Store.ListAsync(new JobQuery(), Ct)).Jobs.Count);
    }

    [Fact]
    public async Task Another_body_with_the_same_unique_key_is_refused_and_names_the_first()
    {
        var first = await EnqueueAsync(Keyed());
        var refusal = await RefusedAsync(Plain, Keyed(body: OtherBody));

        Assert.Equal(new EnqueueRefusal(1, "idempotency_conflict", first), refusal);
        Assert.Single((await Store.ListAsync(new JobQuery(), Ct)).Jobs);
    }

    [Fact]
    public async Task Another_body_with_the_same_key_in_one_request_is_refused_and_names_which()
    {
        var byUnique = await RefusedAsync(Plain, Keyed(), Plain, Keyed(body: OtherBody));
        var byRequest = await RefusedAsync(Keyed() with { UniqueKey = null, IdempotencyKey = "r" }, Plain, Plain with
        {
            IdempotencyKey = "r",
            BodyHash = OtherBody,
        });

        Assert.Equal(new EnqueueRefusal(3, "idempotency_conflict", null, OtherIndex: 1), byUnique);
        Assert.Equal(new EnqueueRefusal(2, "idempotency_conflict", null, OtherIndex: 0), byRequest);
        Assert.Empty((await Store.ListAsync(new JobQuery(), Ct)).Jobs);
    }

    [Fact]
    public async Task Both_keys_of_a_job_are_compared_with_those_before_it_in_the_request()
    {
        var refusal = await RefusedAsync(
            Keyed(), Plain with { IdempotencyKey = "r", BodyHash = OtherBody }, Keyed() with { IdempotencyKey = "r" });

        Assert.Equal(new EnqueueRefusal(2, "idempotency_conflict", null, OtherIndex: 1), refusal);
    }

    [Fact]
    public async Task A_unique_key_belongs_to_its_type()
    {
        var first = await EnqueueAsync(Keyed());
        var other = Assert.Single(await EnqueueAllAsync(Keyed() with { Type = "other" }));

        Assert.False(other.Deduplicated);
        Assert.NotEqual(first, other.Id);
    }

    [Fact]
    public async Task A_job_holds_its_unique_key_through_a_retry()
    {
        var running = await RunningAsync(Keyed());
        await EndAsync(Again(running));

        Assert.True(Assert.Single(await EnqueueAllAsync(Keyed())).Deduplicated);
    }

    [Theory]
    [InlineData(UniqueHold.Active)]
    [InlineData(UniqueHold.ActiveOrSucceeded)]
    public async Task A_failed_job_frees_its_unique_key(UniqueHold hold)
    {
        var first = await FailedAsync(Keyed() with { UniqueHold = hold });
        var next = Assert.Single(await EnqueueAllAsync(Keyed(body: OtherBody) with { UniqueHold = hold }));

        Assert.False(next.Deduplicated);
        Assert.NotEqual(first, next.Id);
    }

    [Theory]
    [InlineData(UniqueHold.Active)]
    [InlineData(UniqueHold.ActiveOrSucceeded)]
    public async Task A_cancelled_job_frees_its_unique_key(UniqueHold hold)
    {
        await CancelAsync(await EnqueueAsync(Keyed() with { UniqueHold = hold }));

        Assert.False(Assert.Single(await EnqueueAllAsync(Keyed())).Deduplicated);
    }

    [Fact]
    public async Task A_success_holds_its_unique_key_for_good()
    {
        var first = await SucceededAsync(Keyed());
        var second = Assert.Single(await EnqueueAllAsync(Keyed()));

        Assert.Equal((first, true, JobState.Succeeded), (second.Id, second.Deduplicated, second.State));
        Assert.Equal(first, (await RefusedAsync(Keyed(body: OtherBody))).Other);
    }

    [Fact]
    public async Task A_success_frees_a_unique_key_that_is_held_only_while_active()
    {
        await SucceededAsync(Keyed() with { UniqueHold = UniqueHold.Active });

        Assert.False(Assert.Single(await EnqueueAllAsync(Keyed(body: OtherBody))).Deduplicated);
    }

    [Fact]
    public async Task The_same_request_key_and_body_give_the_same_job_whatever_became_of_it()
    {
        var request = Plain with { IdempotencyKey = "r-1", BodyHash = OneBody };
        var first = await FailedAsync(request);
        var again = Assert.Single(await EnqueueAllAsync(request));

        Assert.Equal((first, true, JobState.Failed), (again.Id, again.Deduplicated, again.State));
    }

    [Fact]
    public async Task The_same_request_key_with_another_body_is_refused_and_names_the_first()
    {
        var request = Plain with { IdempotencyKey = "r-1", BodyHash = OneBody };
        var first = await EnqueueAsync(request);

        Assert.Equal(new EnqueueRefusal(0, "idempotency_conflict", first), await RefusedAsync(request with { BodyHash = OtherBody }));
    }

    [Fact]
    public async Task A_request_key_is_free_again_when_its_time_is_over()
    {
        var request = Plain with { IdempotencyKey = "r-1", BodyHash = OneBody, IdempotencyHold = TimeSpan.FromHours(1) };
        var first = await EnqueueAsync(request);

        Pass(TimeSpan.FromMinutes(59));
        Assert.True(Assert.Single(await EnqueueAllAsync(request)).Deduplicated);

        Pass(TimeSpan.FromMinutes(2));
        var later = Assert.Single(await EnqueueAllAsync(request with { BodyHash = OtherBody }));
        Assert.False(later.Deduplicated);
        Assert.NotEqual(first, later.Id);
        Assert.Equal(later.Id, (await RefusedAsync(request)).Other);
    }

    [Fact]
    public async Task A_request_that_a_unique_key_answered_is_answered_alike_when_that_key_is_free_again()
    {
        var first = await EnqueueAsync(Keyed() with { UniqueHold = UniqueHold.Active });
        var request = Keyed() with { UniqueHold = UniqueHold.Active, IdempotencyKey = "r-1" };
        Assert.Equal(first, Assert.Single(await EnqueueAllAsync(request)).Id);
        await EndAsync(Success(await ClaimOneAsync()));

        var again = Assert.Single(await EnqueueAllAsync(request));

        Assert.Equal((first, true, JobState.Succeeded), (again.Id, again.Deduplicated, again.State));
        Assert.Equal(first, (await RefusedAsync(request with { BodyHash = OtherBody })).Other);
    }

    [Fact]
    public async Task A_request_that_another_of_the_same_call_answered_is_answered_alike_later()
    {
        var plain = Keyed() with { UniqueHold = UniqueHold.Active };
        var request = plain with { IdempotencyKey = "r-1" };
        var both = await EnqueueAllAsync(plain, request);
        Assert.Equal(both[0].Id, both[1].Id);
        await EndAsync(Success(await ClaimOneAsync()));

        Assert.Equal(both[0].Id, Assert.Single(await EnqueueAllAsync(request)).Id);
    }

    [Fact]
    public async Task A_request_key_that_is_shown_twice_in_a_call_gives_one_job_although_a_unique_key_answered_the_first()
    {
        var first = await EnqueueAsync(Keyed());
        var request = Keyed() with { IdempotencyKey = "r-1" };

        var both = await EnqueueAllAsync(request, request with { UniqueKey = null });
        Assert.Equal([first, first], both.Select(one => one.Id));
        var refused = await RefusedAsync(
            request with { IdempotencyKey = "r-2" }, Plain with { IdempotencyKey = "r-2", BodyHash = OtherBody });
        Assert.Equal(new EnqueueRefusal(1, "idempotency_conflict", null, OtherIndex: 0), refused);
    }

    [Fact]
    public async Task A_request_key_is_held_for_a_day_by_default()
    {
        var request = Plain with { IdempotencyKey = "r-1", BodyHash = OneBody };
        await EnqueueAsync(request);

        Pass(TimeSpan.FromHours(23));
        Assert.True(Assert.Single(await EnqueueAllAsync(request)).Deduplicated);
        Pass(TimeSpan.FromHours(2));
        Assert.False(Assert.Single(await EnqueueAllAsync(request)).Deduplicated);
    }

    [Fact]
    public async Task A_job_that_may_not_wait_for_its_key_is_refused_and_names_the_holder()
    {
        var impatient = Plain with { ConcurrencyKey = "repo", OnBusy = OnBusy.Reject };
        var holder = await RunningAsync(impatient);

        Assert.Equal(new EnqueueRefusal(0, "lock_held", holder.Lease.Job), await RefusedAsync(impatient));

        await EndAsync(Success(holder));
        Assert.Equal(JobState.Queued, Assert.Single(await EnqueueAllAsync(impatient)).State);
    }

    [Fact]
    public async Task What_a_job_is_to_do_about_a_busy_key_is_kept()
    {
        var impatient = Plain with { OnBusy = OnBusy.Reject };
        var stored = await EnqueueAllAsync(
            Plain, impatient, impatient with { ConcurrencyKey = "repo" }, impatient with { RunAt = Now.AddHours(1) }, Plain, impatient,
            impatient with { UniqueKey = "u", BodyHash = OneBody });
        var kept = new[]
        {
            OnBusy.Queue, OnBusy.Reject, OnBusy.Reject, OnBusy.Reject, OnBusy.Queue, OnBusy.Reject, OnBusy.Reject,
        };

        Assert.Equal(kept, (await Store.GetAsync([.. stored.Select(job => job.Id)], Ct)).Select(job => job.OnBusy));
        Assert.Equal(6, (await DrainAsync()).Count);
        Assert.Equal(kept, (await Store.GetAsync([.. stored.Select(job => job.Id)], Ct)).Select(job => job.OnBusy));
    }

    [Fact]
    public async Task Of_several_dependencies_that_are_missing_the_first_is_named()
    {
        var refusal = await RefusedAsync(
            Plain with { DependsOn = [new Dependency(new JobId(4712)), new Dependency(new JobId(4711))] });

        Assert.Equal(new EnqueueRefusal(0, "dependency_missing", new JobId(4712)), refusal);
    }

    [Fact]
    public async Task A_dependency_that_is_not_there_is_refused()
    {
        var refusal = await RefusedAsync(Plain with { DependsOn = [new Dependency(new JobId(4711))] });

        Assert.Equal((0, "dependency_missing"), (refusal.Index, refusal.Code));
    }

    [Fact]
    public async Task A_dependency_that_has_succeeded_holds_nobody_up()
    {
        var done = await SucceededAsync();

        var stored = Assert.Single(await EnqueueAllAsync(Plain with { DependsOn = [new Dependency(done)] }));

        Assert.Equal(JobState.Queued, stored.State);
        Assert.Equal([stored.Id], await DrainAsync());
    }

    [Theory]
    [InlineData(DependencyWhen.Terminal, DependencyOnFailed.Cancel)]
    [InlineData(DependencyWhen.Succeeded, DependencyOnFailed.Run)]
    public async Task A_dependency_that_failed_holds_nobody_up_where_the_edge_says_so(DependencyWhen when, DependencyOnFailed onFailed)
    {
        var failed = await FailedAsync();

        var stored = Assert.Single(await EnqueueAllAsync(Plain with { DependsOn = [new Dependency(failed, when, onFailed)] }));

        Assert.Equal([stored.Id], await DrainAsync());
    }

    [Theory]
    [InlineData(DependencyOnFailed.Cancel, JobState.Cancelled)]
    [InlineData(DependencyOnFailed.Fail, JobState.Failed)]
    public async Task A_dependency_that_failed_before_ends_the_new_job_by_its_edge(DependencyOnFailed onFailed, JobState end)
    {
        var failed = await FailedAsync();

        var stored = Assert.Single(await EnqueueAllAsync(Plain with { DependsOn = [new Dependency(failed, OnFailed: onFailed)] }));

        Assert.Equal(end, stored.State);
        Assert.Equal(end, await StateAsync(stored.Id));
        Assert.Empty(await DrainAsync());
    }

    [Fact]
    public async Task A_job_may_name_the_same_dependency_twice()
    {
        var first = await EnqueueAsync(Plain with { Type = "upstream" });
        var second = await EnqueueAsync(Plain with { DependsOn = [new Dependency(first), new Dependency(first)] });
        await EndAsync(Success(await ClaimOneAsync(type: "upstream")));

        Assert.Equal([second], await DrainAsync());
    }

    [Fact]
    public async Task Children_may_be_eight_levels_deep_and_no_deeper()
    {
        var parent = await EnqueueAsync();
        for (var level = 1; level <= 8; level++)
        {
            parent = await EnqueueAsync(Plain with { ParentId = parent });
        }

        Assert.Equal("depth_exceeded", (await RefusedAsync(Plain with { ParentId = parent })).Code);
    }

    [Fact]
    public async Task Storing_runnable_jobs_wakes_the_workers_with_the_highest_priority()
    {
        var heard = new List<int>();
        Store.Wakeups.Runnable += heard.Add;

        await EnqueueAllAsync(Plain with { Priority = 3 }, Plain with { Priority = 40 }, Plain with { Priority = -5 });

        Assert.Equal(40, heard.Max());
    }

    [Fact]
    public async Task Storing_a_job_for_later_tells_the_scheduler_when()
    {
        var heard = new List<DateTimeOffset>();
        Store.Wakeups.Scheduled += heard.Add;

        await EnqueueAsync(Plain with { RunAt = Now.AddMinutes(7) });

        Assert.Contains(Now.AddMinutes(7), heard);
    }

    protected static string Text(ReadOnlyMemory<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes.Span);
}
