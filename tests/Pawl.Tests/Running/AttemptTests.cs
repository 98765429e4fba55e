using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pawl.Testing;

namespace Pawl.Tests.Running;

public sealed class AttemptTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_runs_once_with_its_payload_and_succeeds_with_its_result()
    {
        var heard = new List<string>();
        await using var test = await Stage.StartAsync((say, job, _) =>
        {
            heard.Add(say.Word);
            job.Result(new { Length = say.Word.Length });
            return Task.CompletedTask;
        });

        var first = await test.Jobs.EnqueueAsync(new Say("hello"), cancellationToken: Token);
        await test.RunUntilIdleAsync(Token);

        var job = await test.Jobs.GetAsync(first.Id, Token);
        Assert.Equal(["hello"], heard);
        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal("""{"length":5}""", Encoding.UTF8.GetString(job.Result!.Value.Span));
        Assert.Equal(Outcome.Succeeded, Assert.Single(await test.Jobs.AttemptsAsync(first.Id, Token)).Outcome);
    }

    [Fact]
    public async Task A_job_that_fails_runs_again_after_its_wait_until_its_budget_is_spent()
    {
        var runs = 0;
        await using var test = await Stage.StartAsync((_, _, _) =>
        {
            runs++;
            throw new TimeoutException("no answer");
        });

        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);
        var waiting = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Scheduled, WaitReason.Retry, 1), (waiting.State, waiting.WaitReason!.Value, waiting.Failures));
        Assert.InRange(waiting.RunAt - test.Clock.GetUtcNow(), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(78));

        await test.AdvanceAsync(TimeSpan.FromSeconds(80), Token);
        Assert.Equal(2, runs);
        await test.AdvanceAsync(TimeSpan.FromSeconds(160), Token);

        var failed = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Failed, 3, 3), (failed.State, failed.Failures, runs));
        Assert.Equal(ErrorCategory.Timeout, failed.Error!.Category);
        Assert.All(await test.Jobs.AttemptsAsync(id, Token), attempt => Assert.Equal(Outcome.Failed, attempt.Outcome));
    }

    [Fact]
    public async Task A_payload_that_does_not_fit_fails_at_once_as_payload_invalid()
    {
        await using var test = await Stage.StartAsync((_, _, _) => Task.CompletedTask, more: pawl => pawl.AddType<Loose>());
        var refused = await Assert.ThrowsAsync<PawlException>(
            () => test.Jobs.EnqueueAsync("test.say", """{"word":7}"""u8.ToArray(), cancellationToken: Token));
        Assert.Equal("payload_invalid", refused.Code);
    }

    [Fact]
    public async Task The_checkpoint_and_the_progress_of_a_failed_attempt_are_there_in_the_next()
    {
        var seen = new List<(int?, long)>();
        await using var test = await Stage.StartAsync(async (_, job, token) =>
        {
            seen.Add((job.Checkpoint<Cursor>()?.Page, job.CurrentProgress.Done));
            if (job.Attempt == 1)
            {
                job.Progress(40, 100, "page 4");
                await job.SaveAsync(new Cursor(4), total: 100, token);
                throw new HttpRequestException(HttpRequestError.ConnectionError);
            }

            job.Progress(10);
        });

        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);
        await test.AdvanceAsync(TimeSpan.FromSeconds(80), Token);

        Assert.Equal([(null, 0L), (4, 40L)], seen);
        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal((40L, 100L, "page 4"), (job.Progress!.Done, job.Progress.Total!.Value, job.Progress.Message));
        Assert.Equal(1, job.Checkpoint!.Version);
    }

    [Fact]
    public async Task What_a_handler_logs_is_kept_with_its_attempt_and_secrets_are_masked()
    {
        await using var test = await Stage.StartAsync((_, job, _) =>
        {
            job.Logger.LogWarning("page {Page} with password={Password}", 5, "hunter2");
            return Task.CompletedTask;
        });

        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var log = await test.Jobs.LogAsync(id, cancellationToken: Token);
        var line = JsonDocument.Parse(Encoding.UTF8.GetString(log.Text.Span).TrimEnd('\n')).RootElement;
        Assert.Equal("warning", line.GetProperty("level").GetString());
        Assert.Equal("page 5 with password=***", line.GetProperty("message").GetString());
        Assert.Equal(5, line.GetProperty("fields").GetProperty("Page").GetInt32());
        Assert.True(log.Ended);
    }

    [Fact]
    public async Task A_snooze_runs_the_job_later_without_using_its_budget_even_when_the_handler_swallows_it()
    {
        await using var test = await Stage.StartAsync(async (_, job, _) =>
        {
            if (job.Attempt == 1)
            {
                try
                {
                    await job.SnoozeAsync(TimeSpan.FromMinutes(5), "waits for the file");
                }
                catch (Exception)
                {
                    // What no handler should do.
                }
            }
        });

        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);
        var waiting = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Scheduled, WaitReason.Snooze, 0), (waiting.State, waiting.WaitReason!.Value, waiting.Failures));

        await test.AdvanceAsync(TimeSpan.FromMinutes(5), Token);
        Assert.Equal(JobState.Succeeded, (await test.Jobs.GetAsync(id, Token)).State);
    }

    [Fact]
    public async Task Children_are_stored_at_once_and_bear_their_parent()
    {
        await using var test = await Stage.StartAsync(async (say, job, token) =>
        {
            if (say.Word == "parent")
            {
                await job.SpawnManyAsync([new Say("one"), new Say("two")], cancellationToken: token);
            }
        });

        var id = (await test.Jobs.EnqueueAsync(new Say("parent"), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var children = await test.Jobs.ListAsync(new() { Parent = id }, Token);
        Assert.Equal(2, children.Jobs.Count);
        Assert.All(children.Jobs, child => Assert.Equal((JobState.Succeeded, Trigger.Parent), (child.State, child.Trigger)));
    }

    [Fact]
    public async Task An_artifact_comes_back_as_it_was_given()
    {
        await using var test = await Stage.StartAsync(
            (_, job, token) => job.AttachAsync("deck.json", "[1,2]"u8.ToArray(), cancellationToken: token));

        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var artifact = Assert.Single(await test.Jobs.ArtifactsAsync(id, Token));
        Assert.Equal(("deck.json", "application/json", 5L), (artifact.Name, artifact.MediaType, artifact.Bytes));
        Assert.Equal("[1,2]", Encoding.UTF8.GetString((await test.Jobs.ReadArtifactAsync(id, "deck.json", Token))!.Value.Span));
    }

    public sealed record Cursor(int Page);

    [Job("test.loose")]
    public sealed record Loose(int Number);
}
