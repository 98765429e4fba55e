using Cards.Decks;

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

        Assert.Equal(0, Run(_repository.Folder, "--output", Deck).Exit);
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

    private (int Exit, string Output, string Error) Run(params string[] arguments) =>
        Child.Run("dotnet", [Path.Combine(AppContext.BaseDirectory, "cards.dll"), .. arguments], _repository.Root);
}
