using System.Diagnostics;
using Pawl.Testing;
using Pawl.Tests.Running;

namespace Pawl.Tests.Client;

public sealed class EnqueueTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_equal_request_with_a_unique_key_meets_the_same_job()
    {
        await using var test = await StartAsync();
        var first = await test.Jobs.EnqueueAsync(new Say("a"), new() { UniqueKey = "k" }, Token);
        var again = await test.Jobs.EnqueueAsync(new Say("a"), new() { UniqueKey = "k", RequestedBy = "somebody" }, Token);
        var other = await RefusedAsync(
            () => test.Jobs.EnqueueAsync(new Say("a"), new() { UniqueKey = "k", Trigger = Trigger.Manual }, Token));

        Assert.False(first.Deduplicated);
        Assert.Equal((first.Id, true), (again.Id, again.Deduplicated));
        Assert.Equal(("idempotency_conflict", first.Id), (other.Code, other.Job!.Value));
    }

    [Fact]
    public async Task Another_request_under_the_same_key_is_refused_and_names_the_job()
    {
        await using var test = await StartAsync();
        var first = await test.Jobs.EnqueueAsync(new Say("a"), new() { IdempotencyKey = "k" }, Token);

        var refused = await RefusedAsync(() => test.Jobs.EnqueueAsync(new Say("b"), new() { IdempotencyKey = "k" }, Token));
        Assert.Equal(("idempotency_conflict", first.Id), (refused.Code, refused.Job!.Value));
        var delayed = await RefusedAsync(
            () => test.Jobs.EnqueueAsync(new Say("a"), new() { IdempotencyKey = "k", Delay = TimeSpan.FromHours(1) }, Token));
        Assert.Equal("idempotency_conflict", delayed.Code);
        Assert.True((await test.Jobs.EnqueueAsync(new Say("a"), new() { IdempotencyKey = "k" }, Token)).Deduplicated);
    }

    [Fact]
    public async Task Equal_payloads_of_a_type_that_says_so_meet_the_same_job_unless_forced()
    {
        await using var test = await StartAsync(type => type.UniqueByPayload());
        var first = await test.Jobs.EnqueueAsync(new Say("a"), cancellationToken: Token);
        var spelled = await test.Jobs.EnqueueAsync("test.say", """{ "word" : "a" }"""u8.ToArray(), cancellationToken: Token);
        var other = await test.Jobs.EnqueueAsync(new Say("b"), cancellationToken: Token);
        var forced = await test.Jobs.EnqueueAsync(new Say("a"), new() { Force = Force.All }, Token);

        Assert.Equal(first.Id, spelled.Id);
        Assert.Equal(3, new HashSet<JobId> { first.Id, other.Id, forced.Id }.Count);
    }

    [Fact]
    public async Task A_held_lock_refuses_a_job_that_will_not_wait_and_names_the_holder()
    {
        await using var test = await Stage.StartAsync((_, job, token) => Task.Delay(Timeout.InfiniteTimeSpan, job.Clock, token));
        var first = await test.Jobs.EnqueueAsync(new Say("a"), new() { ConcurrencyKey = "repo" }, Token);
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);

        var refused = await RefusedAsync(
            () => test.Jobs.EnqueueAsync(new Say("b"), new() { ConcurrencyKey = "repo", OnBusy = OnBusy.Reject }, Token));
        Assert.Equal(("lock_held", first.Id), (refused.Code, refused.Job!.Value));
    }

    [Fact]
    public async Task A_batch_is_stored_whole_or_not_at_all()
    {
        await using var test = await StartAsync();
        var refused = await RefusedAsync(() => test.Jobs.EnqueueManyAsync(
            [new("test.say", "{}"u8.ToArray()), new("no/name", "{}"u8.ToArray())], Token));

        Assert.Equal("name_invalid", refused.Code);
        Assert.StartsWith("Job 1 of the batch:", refused.Message, StringComparison.Ordinal);
        Assert.Empty((await test.Jobs.ListAsync(cancellationToken: Token)).Jobs);
    }

    [Fact]
    public async Task Two_jobs_of_a_batch_that_show_one_key_for_different_work_are_both_named()
    {
        await using var test = await StartAsync();
        var refused = await RefusedAsync(() => test.Jobs.EnqueueManyAsync(
            [
                new("test.say", """{"word":"a"}"""u8.ToArray()),
                new("test.say", """{"word":"a"}"""u8.ToArray(), new() { UniqueKey = "k" }),
                new("test.say", """{"word":"b"}"""u8.ToArray(), new() { UniqueKey = "k" }),
            ],
            Token));

        Assert.Equal("idempotency_conflict", refused.Code);
        Assert.Equal(
            "Job 2 of the batch: the key belongs to job 1 of the same batch, whose request was another one. "
            + "Send the same request, or choose another key. Nothing was stored.",
            refused.Message);
        Assert.Equal((2, 1), ((int)refused.Data["index"]!, (int)refused.Data["other_index"]!));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public async Task A_batch_holds_1_to_10000_jobs(int count)
    {
        await using var test = await StartAsync();
        var refused = await RefusedAsync(
            () => test.Jobs.EnqueueManyAsync(Enumerable.Range(0, count).Select(i => new Say($"{i}")), cancellationToken: Token));
        Assert.Equal("batch_size", refused.Code);
    }

    [Fact]
    public async Task Every_limit_of_a_request_has_its_code()
    {
        await using var test = await StartAsync();
        await AssertCodeAsync("out_of_range", new() { Priority = 1_001 });
        await AssertCodeAsync("out_of_range", new() { MaxAttempts = 0 });
        await AssertCodeAsync("out_of_range", new() { Timeout = TimeSpan.FromDays(8) });
        await AssertCodeAsync("out_of_range", new() { Timeout = TimeSpan.FromMilliseconds(-5) });
        await AssertCodeAsync("out_of_range", new() { Delay = TimeSpan.FromSeconds(-1) });
        await AssertCodeAsync("out_of_range", new() { Delay = TimeSpan.FromSeconds(1), RunAt = test.Clock.GetUtcNow() });
        await AssertCodeAsync("too_far", new() { RunAt = test.Clock.GetUtcNow().AddYears(10) });
        await AssertCodeAsync("too_far", new() { RunAt = DateTimeOffset.MaxValue });
        await AssertCodeAsync("name_invalid", new() { Queue = "../x" });
        await AssertCodeAsync("key_invalid", new() { UniqueKey = "a b" });
        await AssertCodeAsync("key_invalid", new() { IdempotencyKey = new('k', 10_000) });
        await AssertCodeAsync("dependency_missing", new() { After = new JobId(4711) });
        Assert.Equal(
            "payload_too_large",
            (await RefusedAsync(() => test.Jobs.EnqueueAsync(new Say(new('x', 1_048_576)), cancellationToken: Token))).Code);
        byte[] deep = [.. Enumerable.Repeat((byte)'[', 100)];
        Assert.Equal("json_too_deep", (await RefusedAsync(() => test.Jobs.EnqueueAsync("other", deep, cancellationToken: Token))).Code);
        Assert.Empty((await test.Jobs.ListAsync(cancellationToken: Token)).Jobs);

        async Task AssertCodeAsync(string code, EnqueueOptions options) =>
            Assert.Equal(code, (await RefusedAsync(() => test.Jobs.EnqueueAsync(new Say(), options, Token))).Code);
    }

    [Fact]
    public async Task A_payload_of_exactly_1_MB_is_kept_as_it_was_given()
    {
        await using var test = await StartAsync();
        var json = new byte[1_048_576];
        Array.Fill(json, (byte)'x');
        json[0] = json[^1] = (byte)'"';
        var id = (await test.Jobs.EnqueueAsync("other", json, cancellationToken: Token)).Id;

        Assert.True((await test.Jobs.GetAsync(id, Token)).Payload.Span.SequenceEqual(json));
    }

    [Fact]
    public async Task The_points_of_the_type_make_the_priority_and_are_kept_with_it()
    {
        await using var test = await StartAsync(
            type => type.Score(score => score.Base(BasePriority.Low).When(say => say.Word == "small", 30, "small")));
        var id = (await test.Jobs.EnqueueAsync(new Say("small"), new() { Trigger = Trigger.Manual }, Token)).Id;
        var job = await test.Jobs.GetAsync(id, Token);

        Assert.Equal(50, job.Priority);
        Assert.Equal(["-20 base low", "+40 manual", "+30 small"], job.PriorityReasons.Select(reason => reason.ToString()));
        var explicitly = await test.Jobs.EnqueueAsync(new Say("small"), new() { Priority = 7 }, Token);
        Assert.Equal(7, (await test.Jobs.GetAsync(explicitly.Id, Token)).Priority);
    }

    [Fact]
    public async Task The_current_trace_goes_with_the_job()
    {
        await using var test = await StartAsync();
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;

        Assert.Equal(activity.Id, (await test.Jobs.GetAsync(id, Token)).Traceparent);
    }

    [Fact]
    public async Task A_job_run_again_is_a_new_one_that_names_the_old()
    {
        await using var test = await StartAsync();
        var first = await test.Jobs.EnqueueAsync(new Say("a"), new() { UniqueKey = "k", Tags = Tag("repo", "a/b") }, Token);
        var again = await test.Jobs.RunAgainAsync(first.Id, new() { Priority = 90 }, Token);
        var job = await test.Jobs.GetAsync(again.Id, Token);

        Assert.Equal((first.Id, null, 90, "a/b"), (job.RerunOf!.Value, job.UniqueKey, job.Priority, job.Tags["repo"]));
    }

    [Fact]
    public async Task A_job_run_again_that_needed_an_approval_needs_one_of_its_own()
    {
        await using var test = await StartAsync();
        var first = await test.Jobs.EnqueueAsync(new Say(), new() { RequiresApproval = true }, Token);
        await test.Jobs.ApproveAsync(first.Id, cancellationToken: Token);

        var again = await test.Jobs.RunAgainAsync(first.Id, cancellationToken: Token);

        var job = await test.Jobs.GetAsync(again.Id, Token);
        Assert.Equal((JobState.Blocked, BlockReason.Approval, true), (job.State, job.BlockReason, job.RequiresApproval));
    }

    [Fact]
    public async Task A_job_is_waited_for_until_it_has_ended()
    {
        await using var test = await Stage.StartAsync((_, _, _) => Task.CompletedTask);
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;

        Assert.Equal(JobState.Succeeded, (await test.Jobs.WaitAsync(id, Token)).State);
        Assert.Equal("not_found", (await RefusedAsync(() => test.Jobs.WaitAsync(new(99), Token))).Code);
    }

    [Fact]
    public async Task A_command_that_comes_too_late_is_answered_with_its_reason()
    {
        await using var test = await Stage.StartAsync((_, _, _) => Task.CompletedTask);
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var cancel = await test.Jobs.CancelAsync(id, cancellationToken: Token);
        Assert.Equal(("already_final", JobState.Succeeded), (cancel.Refusal, cancel.State!.Value));
        Assert.Contains("succeeded", cancel.Message, StringComparison.Ordinal);
        Assert.Equal("already_succeeded", (await test.Jobs.RetryAsync(id, cancellationToken: Token)).Refusal);
        Assert.Equal("not_editable", (await test.Jobs.ReprioritiseAsync(id, 5, cancellationToken: Token)).Refusal);
        Assert.Equal("not_found", (await test.Jobs.CancelAsync(new JobId(99), cancellationToken: Token)).Refusal);
        Assert.True((await test.Jobs.DeleteAsync(id, cancellationToken: Token)).Done);
        Assert.Null(await test.Jobs.FindAsync(id, Token));
    }

    [Fact]
    public async Task A_question_names_at_most_1000_items()
    {
        await using var test = await StartAsync();
        var keys = Enumerable.Range(0, 1_001).Select(i => new ItemQuestion($"{i}")).ToList();

        Assert.Equal("too_many_keys", (await RefusedAsync(() => test.Jobs.ItemStatusAsync("d", keys, cancellationToken: Token))).Code);
        Assert.Equal(1_000, (await test.Jobs.ItemStatusAsync("d", keys[..1_000], cancellationToken: Token)).Summary.New);
    }

    // Nothing runs here: the queue is paused.
    private static async Task<PawlTest> StartAsync(Action<JobTypeBuilder<Say>>? type = null)
    {
        var test = await Stage.StartAsync((_, _, _) => Task.CompletedTask, type: type);
        await test.Jobs.PauseQueueAsync("default", cancellationToken: Token);
        return test;
    }

    private static Dictionary<string, string> Tag(string name, string value) => new() { [name] = value };

    private static Task<PawlException> RefusedAsync(Func<Task> call) => Assert.ThrowsAsync<PawlException>(call);
}
