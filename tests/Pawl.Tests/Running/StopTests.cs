using System.Globalization;
using System.Text;
using Pawl.Testing;

namespace Pawl.Tests.Running;

public sealed class StopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_queued_job_is_cancelled_at_once_and_never_runs()
    {
        var ran = false;
        await using var test = await Stage.StartAsync((_, _, _) =>
        {
            ran = true;
            return Task.CompletedTask;
        });
        await test.Jobs.PauseQueueAsync("default", cancellationToken: Token);
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;

        var cancelled = await test.Jobs.CancelAsync(id, new() { By = "ana", Reason = "wrong one" }, Token);
        await test.Jobs.ResumeQueueAsync("default", cancellationToken: Token);
        await test.RunUntilIdleAsync(Token);

        Assert.True(cancelled.Done);
        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Cancelled, EndReason.User, "ana"), (job.State, job.EndReason!.Value, job.CancelRequestedBy));
        Assert.False(ran);
    }

    [Fact]
    public async Task A_running_job_is_told_at_once_and_ends_as_cancelled()
    {
        var begun = Stage.Point();
        await using var test = await Stage.StartAsync(async (_, job, token) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, job.Clock, token);
        });
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await begun.PassedAsync();

        var asked = await test.Jobs.CancelAsync(id, cancellationToken: Token);
        await test.RunUntilIdleAsync(Token);

        Assert.Equal((true, JobState.Running), (asked.Done, asked.State!.Value));
        Assert.Equal(JobState.Cancelled, (await test.Jobs.GetAsync(id, Token)).State);
        Assert.Equal(Outcome.Cancelled, Assert.Single(await test.Jobs.AttemptsAsync(id, Token)).Outcome);
    }

    [Fact]
    public async Task A_stream_ends_within_two_seconds_keeps_what_it_had_and_the_history_names_who_stopped_it()
    {
        var last = DateTimeOffset.MinValue;
        await using var test = await Stage.StartAsync(async (_, job, token) =>
        {
            var text = new StringBuilder();
            try
            {
                for (var chunk = 0; chunk < 10_000; chunk++)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{chunk} ");
                    last = job.Clock.GetUtcNow();
                    await Task.Delay(TimeSpan.FromMilliseconds(10), job.Clock, token);
                }
            }
            catch (OperationCanceledException)
            {
                await job.AttachAsync("partial.txt", Encoding.UTF8.GetBytes($"{text}"), cancellationToken: CancellationToken.None);
                throw;
            }
        });
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);

        var asked = test.Clock.GetUtcNow();
        await test.Jobs.CancelAsync(id, new() { By = "ana", Reason = "wrong model" }, Token);
        await test.AdvanceAsync(TimeSpan.FromSeconds(5), Token);

        Assert.InRange(last - asked, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(2));
        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal(
            (JobState.Cancelled, EndReason.User, "ana", "wrong model"),
            (job.State, job.EndReason!.Value, job.CancelRequestedBy, job.CancelReason));
        var kept = await test.Jobs.ReadArtifactAsync(id, "partial.txt", Token);
        Assert.StartsWith("0 1 2 ", Encoding.UTF8.GetString(kept!.Value.Span), StringComparison.Ordinal);
        var told = Assert.Single(
            await test.Jobs.EventsAsync(job: id, cancellationToken: Token), happened => happened.Kind == EventKind.CancelRequested);
        Assert.Equal(("ana", "wrong model"), (told.Actor, told.Title));
    }

    [Fact]
    public async Task A_success_after_a_cancel_request_stays_a_success()
    {
        var begun = Stage.Point();
        await using var test = await Stage.StartAsync(async (_, job, token) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, job.Clock, token).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await begun.PassedAsync();

        await test.Jobs.CancelAsync(id, cancellationToken: Token);
        await test.RunUntilIdleAsync(Token);

        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal(JobState.Succeeded, job.State);
        Assert.NotNull(job.CancelRequestedAt);
    }

    [Fact]
    public async Task A_handler_that_ignores_its_cancel_is_left_behind_after_its_grace()
    {
        var (begun, go) = (Stage.Point(), Stage.Point());
        await using var test = await Stage.StartAsync(async (_, _, _) =>
        {
            begun.TrySetResult();
            await go.Task;
        });
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await begun.PassedAsync();

        await test.Jobs.CancelAsync(id, cancellationToken: Token);
        await test.PassAsync(TimeSpan.FromSeconds(9), Token);
        Assert.Equal(JobState.Running, (await test.Jobs.GetAsync(id, Token)).State);
        await test.AdvanceAsync(TimeSpan.FromSeconds(2), Token);

        Assert.Equal(JobState.Cancelled, (await test.Jobs.GetAsync(id, Token)).State);
        go.SetResult();
    }

    [Fact]
    public async Task Who_cancels_may_give_another_time_of_grace()
    {
        var (begun, go) = (Stage.Point(), Stage.Point());
        await using var test = await Stage.StartAsync(async (_, _, _) =>
        {
            begun.TrySetResult();
            await go.Task;
        });
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await begun.PassedAsync();

        await test.Jobs.CancelAsync(id, new() { Grace = TimeSpan.FromSeconds(2) }, Token);
        await test.AdvanceAsync(TimeSpan.FromSeconds(3), Token);

        Assert.Equal(JobState.Cancelled, (await test.Jobs.GetAsync(id, Token)).State);
        go.SetResult();
    }

    [Fact]
    public async Task A_handler_that_ignores_its_time_limit_loses_its_slot_and_its_late_writes_are_refused()
    {
        var (begun, go, late) = (Stage.Point(), Stage.Point(), new TaskCompletionSource<Exception?>());
        var others = 0;
        await using var test = await Stage.StartAsync(
            async (say, job, _) =>
            {
                if (say.Word != "stuck" || job.Attempt > 1)
                {
                    others++;
                    return;
                }

                begun.SetResult();
                await go.Task;
                late.SetResult(await Record.ExceptionAsync(() => job.SaveAsync(new AttemptTests.Cursor(9), cancellationToken: Token)));
            },
            options => (options.Worker.Slots, options.Worker.ExpressSlots) = (1, 0));
        var id = (await test.Jobs.EnqueueAsync(new Say("stuck"), cancellationToken: Token)).Id;
        await begun.PassedAsync();
        var next = (await test.Jobs.EnqueueAsync(new Say("next"), cancellationToken: Token)).Id;

        await test.PassAsync(TimeSpan.FromSeconds(59), Token);
        Assert.Equal(JobState.Queued, (await test.Jobs.GetAsync(next, Token)).State);
        await test.PassAsync(TimeSpan.FromSeconds(7), Token);
        await test.RunUntilIdleAsync(Token);

        Assert.Equal(JobState.Succeeded, (await test.Jobs.GetAsync(next, Token)).State);
        var stuck = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Scheduled, 1), (stuck.State, stuck.Failures));
        Assert.Equal(Outcome.TimedOut, Assert.Single(await test.Jobs.AttemptsAsync(id, Token)).Outcome);
        go.SetResult();
        Assert.IsType<OperationCanceledException>(await late.PassedAsync());
        Assert.Null((await test.Jobs.GetAsync(id, Token)).Checkpoint);
        await test.AdvanceAsync(TimeSpan.FromSeconds(80), Token);
        Assert.Equal((JobState.Succeeded, 2), ((await test.Jobs.GetAsync(id, Token)).State, others));
    }

    [Fact]
    public async Task A_handler_that_heeds_its_time_limit_ends_as_timed_out_and_uses_its_budget()
    {
        await using var test = await Stage.StartAsync(
            (_, job, token) => Task.Delay(Timeout.InfiniteTimeSpan, job.Clock, token), type: type => type.Retry(maxAttempts: 1));
        var id = (await test.Jobs.EnqueueAsync(new Say(), new() { Timeout = TimeSpan.FromSeconds(3) }, Token)).Id;

        await test.PassAsync(TimeSpan.FromSeconds(4), Token);
        await test.RunUntilIdleAsync(Token);

        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Failed, ErrorCategory.Timeout, "stop.timeout"), (job.State, job.Error!.Category, job.Error.Rule));
        Assert.Equal(Outcome.TimedOut, Assert.Single(await test.Jobs.AttemptsAsync(id, Token)).Outcome);
    }

    [Fact]
    public async Task Cancelling_a_parent_cancels_its_open_children()
    {
        await using var test = await Stage.StartAsync(async (say, job, token) =>
        {
            if (say.Word == "parent")
            {
                await job.SpawnAsync(new Say("child"), new() { Delay = TimeSpan.FromHours(1) }, token);
                await Task.Delay(Timeout.InfiniteTimeSpan, job.Clock, token);
            }
        });
        var id = (await test.Jobs.EnqueueAsync(new Say("parent"), cancellationToken: Token)).Id;
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);

        await test.Jobs.CancelAsync(id, cancellationToken: Token);
        await test.RunUntilIdleAsync(Token);

        var child = Assert.Single((await test.Jobs.ListAsync(new() { Parent = id }, Token)).Jobs);
        Assert.Equal((JobState.Cancelled, EndReason.Parent), (child.State, child.EndReason!.Value));
    }
}
