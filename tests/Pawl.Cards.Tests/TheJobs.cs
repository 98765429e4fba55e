using Cards.Decks;
using Cards.Git;
using Cards.Jobs;
using Pawl.Testing;

namespace Pawl.Cards.Tests;

/// <summary>The jobs with the real engine in memory and real commits.</summary>
public sealed class TheJobs : IDisposable
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private readonly TestRepository _repository = new();
    private readonly IReadOnlyList<string> _commits;

    public TheJobs() => _commits = _repository.Many(4);

    private string Deck => Path.Combine(_repository.Root, "deck.apkg");

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Each_commit_has_one_row_a_stage_and_the_deck_is_built_of_them()
    {
        await using var test = await StartAsync();
        var (reprocess, export) = await RunAsync(test);

        Assert.Equal((JobState.Succeeded, 8L, 8L), (reprocess.State, reprocess.Progress!.Done, reprocess.Progress.Total));
        var runs = await test.Jobs.ItemsAsync(reprocess.Id, Stop);
        foreach (var (stage, part) in new[] { (Stages.Parsed, Stages.Parser), (Stages.Made, Stages.Cards) })
        {
            var rows = runs.Where(run => run.Result.Dataset == stage).Select(run => run.Result).ToList();
            Assert.Equal(_commits.Order(), rows.Select(row => row.Key).Order());
            Assert.All(rows, row =>
            {
                Assert.Equal([part], row.Parts!.Keys);
                Assert.Equal(64, row.OutputHash!.Length);
                Assert.Equal((1, true), (row.Metrics!["files"], row.Metrics.ContainsKey("lines") && row.Metrics.ContainsKey("ms")));
            });
        }

        var parsed = runs.Where(run => run.Result.Dataset == Stages.Parsed).ToDictionary(run => run.Result.Key, run => run.Result);
        Assert.All(parsed.Values, row => Assert.Equal(row.Key, row.InputHash));
        var made = runs.Where(run => run.Result.Dataset == Stages.Made).Select(run => run.Result).ToList();
        Assert.All(made, row => Assert.Equal(parsed[row.Key].OutputHash, row.UpstreamHash));

        var written = JobRun.Read<DeckWritten>(export.Result!.Value);
        Assert.Equal(made.Sum(row => row.Metrics!["cards"]), written.Cards);
        Assert.Equal(written.Cards, Package.Read(Deck).Count);
        var artifact = Assert.Single(await test.Jobs.ArtifactsAsync(export.Id, Stop));
        Assert.Equal(("deck.apkg", new FileInfo(Deck).Length), (artifact.Name, artifact.Bytes));
    }

    [Fact]
    public async Task A_new_version_of_the_cards_makes_them_again_without_asking_git()
    {
        await using var test = await StartAsync();
        await RunAsync(test);
        var next = PipelineVersion.Of(
            new PipelinePart(Stages.Parser, Stages.Versions[Stages.Parser]!), new PipelinePart(Stages.Cards, "next"));

        var asked = await AskAsync(test, next);
        Assert.Equal("4 needs re-run", asked.Summary.ToString());
        Assert.Equal([($"cards {Stages.Versions[Stages.Cards]} → next", 4)], asked.Causes);

        // No commit could be read any more.
        Directory.Move(Path.Combine(_repository.Folder, ".git"), Path.Combine(_repository.Folder, "away"));
        var (reprocess, _) = await RunAsync(test, new() { Versions = next.ToDictionary() });
        Assert.Equal((JobState.Succeeded, 4L, 4L), (reprocess.State, reprocess.Progress!.Done, reprocess.Progress.Skipped));
        Assert.All(await test.Jobs.ItemsAsync(reprocess.Id, Stop), run => Assert.Equal(
            run.Result.Dataset == Stages.Made ? ItemOutcome.Succeeded : ItemOutcome.Skipped, run.Result.Outcome));
        Assert.Equal("4 already processed", (await AskAsync(test, next)).Summary.ToString());
    }

    [Fact]
    public async Task A_new_parser_that_reads_the_same_leaves_the_cards_as_they_are()
    {
        await using var test = await StartAsync();
        await RunAsync(test);
        var next = PipelineVersion.Of(
            new PipelinePart(Stages.Parser, "next"), new PipelinePart(Stages.Cards, Stages.Versions[Stages.Cards]!));
        Assert.Equal([($"parser {Stages.Versions[Stages.Parser]} → next", 4)], (await AskAsync(test, next)).Causes);

        var (reprocess, _) = await RunAsync(test, new() { Versions = next.ToDictionary() });
        Assert.All(await test.Jobs.ItemsAsync(reprocess.Id, Stop), run => Assert.Equal(
            run.Result.Dataset == Stages.Parsed ? ItemOutcome.Succeeded : ItemOutcome.Skipped, run.Result.Outcome));
    }

    [Fact]
    public async Task What_is_done_is_skipped_unless_everything_is_forced()
    {
        await using var test = await StartAsync();
        var (first, _) = await RunAsync(test);

        var (second, _) = await RunAsync(test);
        Assert.Equal((0L, 8L), (second.Progress!.Done, second.Progress.Skipped));
        var (third, _) = await RunAsync(test, new() { Force = Force.All });
        Assert.Equal((8L, 0L), (third.Progress!.Done, third.Progress.Skipped));
        Assert.Equal(3, new[] { first.Id, second.Id, third.Id }.Distinct().Count());
    }

    [Fact]
    public async Task A_commit_that_git_cannot_show_fails_alone_and_is_tried_again_when_asked()
    {
        await using var test = await StartAsync();
        string[] commits = [_commits[0], new string('d', 40), .. _commits.Skip(1)];
        var (reprocess, export) = await RunAsync(test, null, commits);

        Assert.Equal(JobState.Failed, reprocess.State);
        Assert.Equal((8L, 2L, 0), (reprocess.Progress!.Done, reprocess.Progress.Failed, reprocess.Progress.Total!.Value - 10));
        var failed = (await test.Jobs.ItemsAsync(reprocess.Id, Stop)).Where(run => run.Result.Outcome == ItemOutcome.Failed).ToList();
        Assert.All(failed, run => Assert.Equal((commits[1], ErrorCategory.InvalidInput), (run.Result.Key, run.Result.Error!.Category)));
        Assert.Equal(128, Assert.Single(failed, run => run.Result.Dataset == Stages.Parsed).Result.Error!.ExitCode);
        Assert.Equal(JobState.Succeeded, export.State);
        Assert.True(Package.Read(Deck).Count > 0);
        var asked = await AskAsync(test, Stages.Versions, commits);
        Assert.Equal(("4 already processed, 1 failed", 1), (asked.Summary.ToString(), asked.LastFailed));

        var (without, _) = await RunAsync(test, null, commits);
        Assert.Equal((JobState.Succeeded, 10L), (without.State, without.Progress!.Skipped));
        var (forced, _) = await RunAsync(test, new() { Force = Force.Failed }, commits);
        Assert.Equal((2L, 8L), (forced.Progress!.Failed, forced.Progress.Skipped));
    }

    [Fact]
    public async Task A_limit_of_items_lets_it_go_on_later_and_counts_everything_once()
    {
        await using var test = await StartAsync();
        var commits = _repository.Many(40);
        var (reprocess, _) = await RunAsync(test, new() { MaxItems = 24 }, commits);

        Assert.Equal((JobState.Succeeded, 4), (reprocess.State, reprocess.Attempt));
        Assert.Equal((80L, 0L, 80L), (reprocess.Progress!.Done, reprocess.Progress.Skipped, reprocess.Progress.Total));
        Assert.Equal(80, (await test.Jobs.ItemsAsync(reprocess.Id, Stop)).Count(run => run.Result.Outcome == ItemOutcome.Succeeded));
    }

    [Fact]
    public async Task One_run_of_a_repository_is_open_at_a_time()
    {
        await using var test = await StartAsync();
        await test.Jobs.PauseQueueAsync("default", cancellationToken: Stop);
        var order = Wish(_commits);
        var first = await test.Jobs.EnqueueAsync(order.Reprocess, order.ReprocessOptions, Stop);
        var earlier = await Earlier.FindAsync(test.Jobs, order, Stop);
        Assert.Equal((first.Id, true, false), (earlier.Reprocess!.Id, earlier.IsSame, earlier.IsOther));

        var other = Wish([.. _commits.Take(2)]);
        Assert.True((await Earlier.FindAsync(test.Jobs, other, Stop)).IsOther);
        var refused = await Assert.ThrowsAsync<PawlException>(
            () => test.Jobs.EnqueueAsync(other.Reprocess, other.ReprocessOptions, Stop));
        Assert.Equal(first.Id, refused.Job);

        var again = await test.Jobs.EnqueueAsync(order.Reprocess, order.ReprocessOptions, Stop);
        Assert.Equal((first.Id, true), (again.Id, again.Deduplicated));
    }

    private static Task<PawlTest> StartAsync() => PawlTest.StartAsync(
        pawl => CardsEngine.Add(pawl, Stages.Versions), cancellationToken: Stop);

    private static Task<Overview> AskAsync(PawlTest test, PipelineVersion versions, IReadOnlyList<string> commits) =>
        Overview.AskAsync(test.Jobs, versions, [.. commits.Select(CommitId.Parse)], Stop);

    private Task<Overview> AskAsync(PawlTest test, PipelineVersion versions) => AskAsync(test, versions, _commits);

    private Order Wish(IReadOnlyList<string> commits) => new(
        "repository:1",
        new ReprocessCommits(_repository.Folder, commits),
        new ExportDeck("sample", commits, "Commits::sample", Deck),
        Force.None);

    private async Task<(Job Reprocess, Job Export)> RunAsync(
        PawlTest test, EnqueueOptions? options = null, IReadOnlyList<string>? commits = null)
    {
        var order = Wish(commits ?? _commits);
        var wish = order.ReprocessOptions with
        {
            Force = options?.Force ?? Force.None,
            MaxItems = options?.MaxItems,
            Versions = options?.Versions,
        };
        var reprocess = await test.Jobs.EnqueueAsync(order.Reprocess, wish, Stop);
        var export = await test.Jobs.EnqueueAsync(order.Export, order.ExportOptions(reprocess.Id), Stop);
        await test.RunUntilIdleAsync(Stop);
        return (await test.Jobs.GetAsync(reprocess.Id, Stop), await test.Jobs.GetAsync(export.Id, Stop));
    }
}
