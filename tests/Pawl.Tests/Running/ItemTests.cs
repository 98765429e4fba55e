using Microsoft.Extensions.DependencyInjection;
using Pawl.Testing;

namespace Pawl.Tests.Running;

public sealed class ItemTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_job_passes_over_what_the_first_has_done()
    {
        var commits = new Commits();
        await using var test = await StartAsync(commits);
        var first = await RunAsync(test, new(5));
        var second = await RunAsync(test, new(5));

        Assert.Equal((5L, 0L), (first.Progress!.Done, first.Progress.Skipped));
        Assert.Equal((0L, 5L), (second.Progress!.Done, second.Progress.Skipped));
        Assert.Equal(["1", "2", "3", "4", "5"], commits.Done);
        Assert.All(await test.Jobs.ItemsAsync(second.Id, Token), run => Assert.Equal(ItemOutcome.Skipped, run.Result.Outcome));
    }

    [Fact]
    public async Task Force_all_does_every_item_again()
    {
        var commits = new Commits();
        await using var test = await StartAsync(commits);
        await RunAsync(test, new(3));
        var forced = await RunAsync(test, new(3), new() { Force = Force.All });

        Assert.Equal((3L, 0L), (forced.Progress!.Done, forced.Progress.Skipped));
        Assert.Equal(6, commits.Done.Count);
    }

    [Fact]
    public async Task A_bump_of_a_part_the_stage_reads_does_its_items_again_and_another_does_not()
    {
        var commits = new Commits { Parts = ["parser"] };
        await using var test = await StartAsync(commits);
        await RunAsync(test, new(2), new() { Versions = Version("1", "v1") });
        await RunAsync(test, new(2), new() { Versions = Version("1", "v2") });
        Assert.Equal(2, commits.Done.Count);

        var status = await test.Jobs.ItemStatusAsync(
            "commits",
            [new("1", "h1"), new("2", "h2"), new("9", "h9")],
            new() { Parts = PipelineVersion.Parse("parser-2") },
            Token);
        Assert.Equal(new ItemSummary(1, 0, 2, 0), status.Summary);
        Assert.Equal([ItemCause.Code, ItemCause.Code, null], status.Items.Select(item => item.Freshness.Cause));

        await RunAsync(test, new(2), new() { Versions = Version("2", "v2") });
        Assert.Equal(4, commits.Done.Count);
    }

    [Fact]
    public async Task Too_many_items_end_the_attempt_as_a_continuation_that_uses_no_budget()
    {
        var commits = new Commits();
        await using var test = await StartAsync(commits);
        var job = await RunAsync(test, new(250), new() { MaxItems = 100 });

        Assert.Equal((JobState.Succeeded, 3, 0, 250L), (job.State, job.Attempt, job.Failures, job.Progress!.Done));
        var attempts = await test.Jobs.AttemptsAsync(job.Id, Token);
        Assert.Equal([Outcome.Succeeded, Outcome.Snoozed, Outcome.Snoozed], attempts.Select(attempt => attempt.Outcome!.Value));
        Assert.Equal(250, commits.Done.Count);
        Assert.Equal(250, commits.Done.Distinct().Count());
    }

    [Fact]
    public async Task Items_met_again_behind_the_last_checkpoint_are_counted_once()
    {
        await using var test = await Stage.StartAsync(async (say, job, token) =>
        {
            string[] all = [.. Enumerable.Range(0, 30).Select(i => $"{i}")];
            if (say.Word == "first")
            {
                await job.Items("d").ForEachAsync(["1", "4", "5", "12", "19", "25"], key => key, DoneAsync, token);
                return;
            }

            for (var at = job.Checkpoint<int?>() ?? 0; at < all.Length; at += 10)
            {
                await job.Items("d", new() { BatchSize = 3 }).ForEachAsync(all[at..(at + 10)], key => key, DoneAsync, token);
                await job.SaveAsync<int?>(at + 10, total: all.Length, token);
            }
        });
        await test.Jobs.EnqueueAsync(new Say("first"), cancellationToken: Token);
        await test.RunUntilIdleAsync(Token);
        var id = (await test.Jobs.EnqueueAsync(new Say("second"), new() { MaxItems = 11 }, Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Succeeded, 3), (job.State, job.Attempt));
        Assert.Equal((24L, 6L, 0L), (job.Progress!.Done, job.Progress.Skipped, job.Progress.Failed));

        static Task<ItemOutput?> DoneAsync(string key, CancellationToken token) => Task.FromResult<ItemOutput?>(null);
    }

    [Fact]
    public async Task Failed_items_fail_the_attempt_at_its_end_and_the_next_does_only_those()
    {
        var commits = new Commits { Fails = { "2", "4" } };
        await using var test = await StartAsync(commits);
        var id = (await test.Jobs.EnqueueAsync(new Walk(5), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var failed = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Scheduled, "items_failed"), (failed.State, failed.Error!.Code));
        Assert.Equal((3L, 2L), (failed.Progress!.Done, failed.Progress.Failed));
        commits.Fails.Clear();
        commits.Done.Clear();
        await test.AdvanceAsync(TimeSpan.FromSeconds(80), Token);

        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal(["2", "4"], commits.Done);
        Assert.Equal((JobState.Succeeded, 5L, 0L), (job.State, job.Progress!.Done, job.Progress.Failed));
    }

    [Theory]
    [InlineData(70_000, ErrorCategory.TooLarge)]
    [InlineData(0, ErrorCategory.InvalidInput)]
    public async Task An_item_whose_output_cannot_be_kept_fails_alone(int bytes, ErrorCategory category)
    {
        ReadOnlyMemory<byte> unfit = Enumerable.Repeat((byte)'1', bytes).ToArray();
        await using var test = await Stage.StartAsync((_, job, token) => job.Items("texts").ForEachAsync(
            ["a", "b", "c"],
            text => text,
            (text, _) => Task.FromResult<ItemOutput?>(new() { Outputs = text == "b" ? unfit : "1"u8.ToArray() }),
            token));
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Failed, 2L, 1L), (job.State, job.Progress!.Done, job.Progress.Failed));
        var failed = Assert.Single(await test.Jobs.ItemsAsync(id, Token), run => run.Result.Outcome == ItemOutcome.Failed);
        Assert.Equal(("b", category), (failed.Result.Key, failed.Result.Error!.Category));
    }

    [Fact]
    public async Task A_few_failed_items_below_the_share_do_not_fail_the_attempt()
    {
        var commits = new Commits { Fails = { "7" } };
        await using var test = await StartAsync(commits, type => type.MaxFailedItems(0.1));
        var job = await RunAsync(test, new(20));

        Assert.Equal((JobState.Succeeded, 19L, 1L), (job.State, job.Progress!.Done, job.Progress.Failed));
    }

    [Fact]
    public async Task A_rate_limit_ends_the_walk_and_the_rest_is_done_later()
    {
        var commits = new Commits { LimitAt = "3" };
        await using var test = await StartAsync(commits);
        var id = (await test.Jobs.EnqueueAsync(new Walk(5), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var waiting = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Scheduled, WaitReason.RateLimit, 2L), (waiting.State, waiting.WaitReason!.Value, waiting.Progress!.Done));
        commits.LimitAt = null;
        await test.AdvanceAsync(TimeSpan.FromSeconds(121), Token);

        Assert.Equal(["1", "2", "3", "4", "5"], commits.Done);
        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Succeeded, 0), (job.State, job.Failures));
    }

    [Fact]
    public async Task A_handler_with_a_cursor_of_its_own_goes_on_behind_its_checkpoint_and_counts_on()
    {
        var done = new List<int>();
        var asked = new List<int>();
        await using var test = await Stage.StartAsync(async (_, job, cancellationToken) =>
        {
            var page = job.Checkpoint<AttemptTests.Cursor>()?.Page ?? 0;
            var items = job.Items("pull_requests");
            for (; page < 4; page++)
            {
                asked.Add(page);
                if (page == 2 && job.Attempt == 1)
                {
                    throw new HttpRequestException(HttpRequestError.ConnectionError);
                }

                await items.ForEachAsync(
                    Enumerable.Range(page * 10, 10), pr => ($"{pr}", $"h{pr}"), (pr, _) => AddAsync(pr), cancellationToken);
                await job.SaveAsync(new AttemptTests.Cursor(page + 1), total: 40, cancellationToken);
            }
        });
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);
        Assert.Equal(20, (await test.Jobs.GetAsync(id, Token)).Progress!.Done);
        await test.AdvanceAsync(TimeSpan.FromSeconds(80), Token);

        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal([0, 1, 2, 2, 3], asked);
        Assert.Equal(Enumerable.Range(0, 40), done);
        Assert.Equal((JobState.Succeeded, 4), (job.State, job.Checkpoint!.Version));
        Assert.Equal((40L, 40L), (job.Progress!.Done, job.Progress.Total!.Value));

        Task AddAsync(int pr)
        {
            done.Add(pr);
            return Task.CompletedTask;
        }
    }

    private static Dictionary<string, string> Version(string parser, string cards) => new() { ["parser"] = parser, ["cards"] = cards };

    private static Task<PawlTest> StartAsync(Commits commits, Action<JobTypeBuilder<Walk>>? type = null) => PawlTest.StartAsync(
        pawl =>
        {
            pawl.Services.AddSingleton(commits);
            pawl.AddHandler<WalkHandler, Walk>(type);
        },
        cancellationToken: Token);

    private static async Task<Job> RunAsync(PawlTest test, Walk walk, EnqueueOptions? options = null)
    {
        var id = (await test.Jobs.EnqueueAsync(walk, options, Token)).Id;
        await test.RunUntilIdleAsync(Token);
        return await test.Jobs.GetAsync(id, Token);
    }

    [Job("test.walk")]
    public sealed record Walk(int Count);

    public sealed class Commits
    {
        public List<string> Done { get; } = [];

        public HashSet<string> Fails { get; } = [];

        public string? LimitAt { get; set; }

        public IReadOnlyList<string>? Parts { get; init; }
    }

    public sealed class WalkHandler(Commits commits) : ItemHandler<Walk, int>
    {
        protected override string Dataset(Walk payload) => "commits";

        protected override ItemOptions Options(Walk payload) => new() { Parts = commits.Parts };

        protected override IAsyncEnumerable<int> ItemsAsync(Walk payload, JobContext job, CancellationToken cancellationToken) =>
            Enumerable.Range(1, payload.Count).ToAsyncEnumerable();

        protected override ItemId Identify(int item) => ($"{item}", $"h{item}");

        protected override Task<ItemOutput?> ProcessAsync(Walk payload, int item, JobContext job, CancellationToken cancellationToken)
        {
            if (commits.LimitAt == $"{item}")
            {
                throw new JobException(ErrorCategory.RateLimited, retryAfter: TimeSpan.FromSeconds(120));
            }

            if (commits.Fails.Contains($"{item}"))
            {
                throw new TimeoutException("no answer");
            }

            commits.Done.Add($"{item}");
            return Task.FromResult<ItemOutput?>(new() { OutputHash = $"o{item}" });
        }
    }
}
