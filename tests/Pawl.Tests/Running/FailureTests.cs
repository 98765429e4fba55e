using System.Text;
using Pawl.Testing;

namespace Pawl.Tests.Running;

/// <summary>What is stored of a failure, seen from outside.</summary>
public sealed class FailureTests
{
    private const string Canary = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<ErrorCategory> Categories => [.. Enum.GetValues<ErrorCategory>().Where(category => category
        is not (ErrorCategory.DependencyFailed or ErrorCategory.Cancelled or ErrorCategory.Interrupted or ErrorCategory.Lost))];

    [Theory]
    [MemberData(nameof(Categories))]
    public async Task A_failure_is_stored_with_its_category_and_the_rule_that_decided(ErrorCategory category)
    {
        await using var test = await Stage.StartAsync((_, _, _) => throw new JobException(category, "as told"));
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var attempt = Assert.Single(await test.Jobs.AttemptsAsync(id, Token));
        var rule = $"category.{Words.Of(category)}";
        Assert.Equal((category, rule, rule), (attempt.Error!.Category, attempt.Error.Rule, attempt.Rule));
        Assert.Equal(category, (await test.Jobs.GetAsync(id, Token)).Error!.Category);
    }

    [Theory]
    [InlineData(ErrorCategory.InvalidInput, 1)]
    [InlineData(ErrorCategory.Network, 3)]
    public async Task A_category_says_how_often_a_job_runs(ErrorCategory category, int runs)
    {
        await using var test = await Stage.StartAsync((_, _, _) => throw new JobException(category));
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);
        await test.AdvanceAsync(TimeSpan.FromMinutes(10), Token);

        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Failed, runs, runs), (job.State, job.Attempt, job.Failures));
        Assert.Equal(runs, (await test.Jobs.AttemptsAsync(id, Token)).Count);
    }

    [Fact]
    public async Task Each_attempt_keeps_its_own_error()
    {
        await using var test = await Stage.StartAsync((_, job, _) => throw new JobException(ErrorCategory.Network, $"try {job.Attempt}"));
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);
        await test.AdvanceAsync(TimeSpan.FromMinutes(10), Token);

        var errors = (await test.Jobs.AttemptsAsync(id, Token)).Select(attempt => attempt.Error!).ToList();
        Assert.Equal(["try 3", "try 2", "try 1"], errors.Select(error => error.Message));
        Assert.Single(errors.Select(error => error.Fingerprint).Distinct());
    }

    [Fact]
    public async Task A_secret_in_a_failure_is_stored_nowhere()
    {
        await using var test = await Stage.StartAsync(async (_, job, token) =>
        {
            await job.Items("calls").ForEachAsync(
                ["one"], one => one, (_, _) => throw new InvalidOperationException($"Authorization: Bearer {Canary}"), token);
            throw new InvalidOperationException($"https://u:{Canary}@host/ refused token={Canary}", new TimeoutException(Canary));
        });
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Contains("***", job.Error!.Message, StringComparison.Ordinal);
        var item = Assert.Single(await test.Jobs.ItemsAsync(id, Token)).Result.Error!;
        Assert.Contains("***", item.Message, StringComparison.Ordinal);
        var attempt = Assert.Single(await test.Jobs.AttemptsAsync(id, Token)).Error!;
        var log = Encoding.UTF8.GetString((await test.Jobs.LogAsync(id, cancellationToken: Token)).Text.Span);
        var events = string.Join('\n', await test.Jobs.EventsAsync(limit: 1_000, cancellationToken: Token));
        foreach (var text in new[] { $"{job}", $"{job.Error}", $"{attempt}", $"{item}", log, events })
        {
            Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task After_three_retries_a_small_manual_job_over_a_week_stands_at_105_for_four_reasons()
    {
        await using var test = await Stage.StartAsync(
            (_, _, _) => throw new TimeoutException("no answer"),
            type: type => type
                .Retry(maxAttempts: 5)
                .Score(s => s.Manual(40).When(say => say.Word == "small", 30, "small").When(_ => true, 20, "range of 7 days or less")));
        EnqueueOptions manual = new() { Trigger = Trigger.Manual, Delay = TimeSpan.FromMinutes(1) };
        var id = (await test.Jobs.EnqueueAsync(new Say("small"), manual, Token)).Id;
        var job = await test.Jobs.GetAsync(id, Token);
        var seen = new List<int> { job.Priority };
        for (var run = 1; run < 5; run++)
        {
            await test.AdvanceAsync(job.RunAt - test.Clock.GetUtcNow(), Token);
            job = await test.Jobs.GetAsync(id, Token);
            seen.Add(job.Priority);
        }

        Assert.Equal([90, 95, 100, 105, 105], seen);
        Assert.Equal(105, job.PriorityReasons.Sum(reason => reason.Points));
        Assert.Equal([40, 30, 20, 15], job.PriorityReasons.Select(reason => reason.Points));
    }

    [Fact]
    public async Task A_multiplier_of_three_makes_the_second_wait_180_seconds_at_least()
    {
        await using var test = await Stage.StartAsync(
            (_, _, _) => throw new TimeoutException("no answer"), options => options.Retry = options.Retry with { Multiplier = 3 });
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);
        var first = await test.Jobs.GetAsync(id, Token);
        Assert.InRange(first.RunAt - test.Clock.GetUtcNow(), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(78));

        await test.AdvanceAsync(first.RunAt - test.Clock.GetUtcNow(), Token);
        var second = (await test.Jobs.AttemptsAsync(id, Token))[0];
        Assert.InRange(second.NextRunAt!.Value - second.EndedAt!.Value, TimeSpan.FromSeconds(180), TimeSpan.FromSeconds(234));
    }
}
