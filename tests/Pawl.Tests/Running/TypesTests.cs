using Microsoft.Extensions.DependencyInjection;
using Pawl.Testing;

namespace Pawl.Tests.Running;

/// <summary>Types whose policy stands on their payload, and what follows from it.</summary>
public sealed class TypesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_type_bears_its_limit_of_time_and_items_whether_it_is_retried_and_its_priority()
    {
        await using var test = await StartAsync();
        var types = test.Services.GetRequiredService<JobTypes>();

        Assert.Equal(
            [
                ("capture.commits", TimeSpan.FromMinutes(15), 1_000, false),
                ("capture.pull_requests", TimeSpan.FromMinutes(5), 100, true),
                ("capture.reviews", TimeSpan.FromMinutes(10), 500, true),
            ],
            types.All.Select(type => (type.Name, type.Timeout, type.MaxItems!.Value, type.Retryable)));
        Assert.Equal([-20, 0, -20], await PrioritiesAsync(test));
    }

    [Fact]
    public async Task What_is_too_much_for_one_attempt_is_done_in_continuations_that_are_no_failures()
    {
        await using var test = await StartAsync();
        var id = (await test.Jobs.EnqueueAsync(new PullRequests(250), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Succeeded, 3, 0, 250L), (job.State, job.Attempt, job.Failures, job.Progress!.Done));
        var attempts = await test.Jobs.AttemptsAsync(id, Token);
        Assert.Equal([Outcome.Succeeded, Outcome.Snoozed, Outcome.Snoozed], attempts.Select(attempt => attempt.Outcome!.Value));
    }

    [Fact]
    public async Task A_type_that_is_not_retried_fails_at_the_first_network_error()
    {
        await using var test = await StartAsync();
        var id = (await test.Jobs.EnqueueAsync(new Commits(1), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Failed, 1, ErrorCategory.Network), (job.State, job.Attempt, job.Error!.Category));
    }

    private static async Task<IEnumerable<int>> PrioritiesAsync(PawlTest test)
    {
        EnqueueOptions later = new() { Delay = TimeSpan.FromHours(1) };
        var ids = new[]
        {
            (await test.Jobs.EnqueueAsync(new Commits(1), later, Token)).Id,
            (await test.Jobs.EnqueueAsync(new PullRequests(1), later, Token)).Id,
            (await test.Jobs.EnqueueAsync(new Reviews(1), later, Token)).Id,
        };
        var priorities = new List<int>();
        foreach (var id in ids)
        {
            priorities.Add((await test.Jobs.GetAsync(id, Token)).Priority);
        }

        return priorities;
    }

    private static Task<PawlTest> StartAsync() => PawlTest.StartAsync(
        pawl => pawl
            .AddHandler<PullRequestsHandler, PullRequests>()
            .AddHandler<CommitsHandler, Commits>()
            .AddType<Reviews>(),
        cancellationToken: Token);

    [Job("capture.pull_requests", Timeout = "5m", MaxItems = 100, Priority = "normal")]
    public sealed record PullRequests(int Count);

    [Job("capture.reviews", Timeout = "10m", MaxItems = 500, Priority = "low")]
    public sealed record Reviews(int Count);

    [Job("capture.commits", Timeout = "15m", MaxItems = 1_000, Retryable = false, Priority = "low")]
    public sealed record Commits(int Count);

    public sealed class PullRequestsHandler : IJobHandler<PullRequests>
    {
        public Task HandleAsync(PullRequests payload, JobContext job, CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(job);
            ArgumentNullException.ThrowIfNull(payload);
            return job.Items("pull_requests").ForEachAsync(
                Enumerable.Range(0, payload.Count), number => ($"{number}", "1"), (_, _) => Task.CompletedTask, cancellationToken);
        }
    }

    public sealed class CommitsHandler : IJobHandler<Commits>
    {
        public Task HandleAsync(Commits payload, JobContext job, CancellationToken cancellationToken) =>
            throw new HttpRequestException(HttpRequestError.ConnectionError);
    }
}
