using Cards.Face;
using Cards.Git;
using Spectre.Console;

namespace Pawl.Cards.Tests;

public sealed class TheFace
{
    private static readonly CommitId Id = CommitId.Parse(new string('a', 40));

    [Theory]
    [InlineData("", "Which repository?")]
    [InlineData("a b", "One repository at a time")]
    [InlineData(". --lats 5", "Did you mean --last?")]
    [InlineData(". --nonsense", "There is no option --nonsense.")]
    [InlineData(". --last", "--last needs a value")]
    [InlineData(". --last=", "--last needs a value")]
    [InlineData(". --last --yes", "--last needs a value")]
    [InlineData(". --last 0", "--last must be a number from 1 to 15000, but was '0'")]
    [InlineData(". --last -5", "--last must be a number")]
    [InlineData(". --last 5 --last 6", "--last is given twice")]
    [InlineData(". --since rubbish", "'rubbish' is not a date")]
    [InlineData(". --force some", "--force must be none, failed or all, but was 'some'")]
    [InlineData(". --force 1", "--force must be none, failed or all, but was '1'")]
    [InlineData(". --output deck.zip", "--output must end in .apkg")]
    [InlineData(". --yes=1", "--yes takes no value")]
    [InlineData(". --commits abc,-x", "'-x' begins with '-'")]
    [InlineData(". --commits HEAD,last:5", "do not go together")]
    public void A_wrong_command_line_says_what_is_wrong(string line, string error)
    {
        var read = CommandLine.Read(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Null(read.Options);
        Assert.Contains(error, read.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void All_options_are_read()
    {
        var options = CommandLine.Read([
            "--last", "7", "--since=2 weeks ago", "--author", "Zoë", "--commits", "a1b2c3, v1..v2", "--output=x.apkg", "--deck", "A::B",
            "--database", "d.db", "--force", "failed", "--yes", "--plain", "--", "--odd-folder"]).Options!;

        Assert.Equal("--odd-folder", options.Repository);
        Assert.Equal((7, "2 weeks ago", "Zoë"), (options.Selection.Last!.Value, options.Selection.Since, options.Selection.Author));
        Assert.Equal(["a1b2c3", "v1..v2"], options.Selection.Names);
        Assert.Equal(("x.apkg", "A::B", "d.db", Force.Failed, true, true),
            (options.Output, options.Deck, options.Database, options.Force, options.Yes, options.Plain));
    }

    [Fact]
    public void Last_five_may_be_said_among_the_commits() =>
        Assert.Equal(5, CommandLine.Read([".", "--commits", "last 5"]).Options!.Selection.Last);

    [Fact]
    public void The_help_page_names_every_option()
    {
        Assert.True(CommandLine.Read(["--help"]).Help);
        const string All = "--last --since --author --commits --output --deck --database --force --yes --plain --help";
        foreach (var option in All.Split(' '))
        {
            Assert.Contains(option, CommandLine.Usage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_terminal_every_commit_is_a_line_and_nothing_in_it_steers_the_terminal()
    {
        var output = new StringWriter { NewLine = "\n" };
        await ShowAsync(new PlainFace(output));
        Assert.Equal(
            """
            sample: 3 new, 2 already processed, 1 needs re-run
            re-run: cards v1 → v2 (1)
            Going on.
            aaaaaaaaaa 2 cards (Fix  [31mred [bold])
            aaaaaaaaaa no card: it is a merge (Merge)
            aaaaaaaaaa failed: bad object ()
            cards written: 2
            commits: 3
            already processed: 2
            without cards: 1, it is a merge
            failed: 1
            time: 1.5 s
            deck: deck.apkg
            ledger: cards.db

            """.ReplaceLineEndings("\n"), output.ToString());
    }

    [Fact]
    public async Task On_a_terminal_the_same_facts_end_in_a_table()
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = 100;
        await ShowAsync(new LiveFace(console));

        var text = output.ToString();
        Assert.Contains("3 new, 2 already processed, 1 needs re-run", text, StringComparison.Ordinal);
        Assert.Contains("cards v1 → v2", text, StringComparison.Ordinal);
        Assert.Contains("bad object", text, StringComparison.Ordinal);
        Assert.Matches(@"cards written\s*│ 2", text);
        Assert.Contains("deck.apkg", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[31mred", text, StringComparison.Ordinal);
    }

    private static async Task ShowAsync(IFace face)
    {
        face.Begin("sample", new ItemSummary(3, 2, 1, 0), [("cards v1 → v2", 1)]);
        face.Say("Going on.");
        await face.FollowAsync(watch =>
        {
            watch.Progress(new JobProgress { Total = 6, Done = 3 });
            watch.Commit(new CommitResult(Id, "Fix \u001b[31mred [bold]", 2));
            watch.Commit(new CommitResult(Id, "Merge", 0, NoneBecause: "it is a merge"));
            watch.Commit(new CommitResult(Id, "", 0, Error: "bad object"));
            return Task.CompletedTask;
        });
        face.End(new RunSummary
        {
            Cards = 2,
            Commits = 3,
            Already = 2,
            WithoutCards = [("it is a merge", 1)],
            Failed = 1,
            Took = TimeSpan.FromSeconds(1.5),
            Deck = "deck.apkg",
            Database = "cards.db",
        });
    }
}
