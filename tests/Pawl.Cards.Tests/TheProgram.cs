using Cards.Decks;
using Cards.Jobs;

namespace Pawl.Cards.Tests;

public sealed class TheProgram : IDisposable
{
    private readonly TestRepository _repository = new();

    private string Deck => Path.Combine(_repository.Root, "deck.apkg");

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_repository_becomes_a_deck_and_a_second_run_the_same_deck()
    {
        _repository.Write("src/call.py", "def call():\n    return send(wait=300)\n").Commit("Add the caller");
        _repository.Write("src/call.py", "def call():\n    return send(wait=20)\n")
            .Commit("Give up on slow servers sooner\n\nA slow server kept every caller waiting for minutes.\n");
        _repository.Write("src/call.py", "def call():\n    return send(wait=20)\n\n").Commit("Add a blank line at the end");

        var (exit, output, error) = Run(_repository.Folder, "--output", Deck);
        Assert.True(exit == 0, error);
        Assert.Contains("sample: 3 new", output, StringComparison.Ordinal);
        Assert.Contains("Give up on slow servers sooner", output, StringComparison.Ordinal);
        Assert.Contains("failed: 0", output, StringComparison.Ordinal);
        var notes = Package.Read(Deck);
        Assert.Contains(notes.Values, note => note.Fields.Contains("kept every caller waiting", StringComparison.Ordinal));
        Assert.Contains(notes.Values, note => note.Fields.Contains("class=\"gap\"", StringComparison.Ordinal));

        var again = Run(_repository.Folder, "--output", Deck);
        Assert.True(again.Exit == 0, again.Error);
        Assert.Contains("sample: 3 already processed", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Give up on slow servers sooner", again.Output, StringComparison.Ordinal);
        Assert.Equivalent(notes, Package.Read(Deck), strict: true);
    }

    [Fact]
    public void Bad_usage_ends_with_2_and_a_bad_repository_with_1()
    {
        var usage = Run(_repository.Folder, "--lats", "3");
        Assert.Equal((2, ""), (usage.Exit, usage.Output));
        Assert.Contains("Did you mean --last?", usage.Error, StringComparison.Ordinal);
        Assert.Contains("cards --help", usage.Error, StringComparison.Ordinal);

        var repository = Run(Path.Combine(_repository.Root, "nowhere"));
        Assert.Equal(1, repository.Exit);
        Assert.Contains("There is no folder", repository.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_another_process_uses_ends_it_with_7_and_a_file_that_is_none_with_8()
    {
        _repository.Write("a.txt", "one\n").Commit("First");
        var database = Path.Combine(_repository.Root, "cards.db");
        await using (await CardsEngine.StartAsync(database, working: false, TestContext.Current.CancellationToken))
        {
            var second = Run(_repository.Folder, "--output", Deck);
            Assert.Equal(7, second.Exit);
            Assert.Contains($"process {Environment.ProcessId}", second.Error, StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(database, "not a database, but longer than a header of one hundred bytes would be, so that it is read "
            + "to the end and refused", TestContext.Current.CancellationToken);
        Assert.Equal(8, Run(_repository.Folder, "--output", Deck).Exit);
    }

    [Fact]
    public async Task What_another_version_of_the_program_left_open_is_not_gone_on_with()
    {
        var id = _repository.Write("a.txt", "one\n").Commit("First");
        var stop = TestContext.Current.CancellationToken;
        var database = Path.Combine(_repository.Root, "cards.db");
        var repository = await _repository.OpenAsync();
        await using (var engine = await CardsEngine.StartAsync(database, working: false, stop))
        {
            await engine.Jobs.EnqueueAsync(
                new ReprocessCommits(repository.Folder, [id]),
                new()
                {
                    UniqueKey = repository.Key,
                    UniqueHold = UniqueHold.Active,
                    Versions = new Dictionary<string, string> { [Stages.Parser] = "older", [Stages.Cards] = "older" },
                },
                stop);
        }

        var (exit, output, error) = Run(_repository.Folder, "--output", Deck);
        Assert.True(exit == 0, output + error);
        await using (var engine = await CardsEngine.StartAsync(database, working: false, stop))
        {
            var jobs = (await engine.Jobs.ListAsync(new() { Type = "cards.reprocess", Ascending = true }, stop)).Jobs;
            Assert.Equal([JobState.Cancelled, JobState.Succeeded], jobs.Select(job => job.State));
        }
    }

    [Fact]
    public void A_file_in_the_decks_place_that_is_no_deck_is_left_as_it_is()
    {
        _repository.Write("a.py", "wait = 300\n").Commit("First");
        _repository.Write("a.py", "wait = 20\n").Commit("Wait less");
        File.WriteAllText(Deck, "mine");

        var (exit, output, _) = Run(_repository.Folder, "--output", Deck);
        Assert.Equal(1, exit);
        Assert.Contains("is not a deck that this program wrote", output, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Deck));
    }

    private (int Exit, string Output, string Error) Run(params string[] arguments) =>
        Child.Run("dotnet", [Path.Combine(AppContext.BaseDirectory, "cards.dll"), .. arguments], _repository.Root);
}
