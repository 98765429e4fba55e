using Cards.Decks;
using Microsoft.Data.Sqlite;

namespace Pawl.Cards.Tests;

/// <summary>The program as a process, stopped in the middle by the git it has started, and started again.</summary>
public sealed class StoppedRuns : IDisposable
{
    private const int Commits = 60;

    // In the second batch of 32: what the first one gave is recorded, and of the second something may be.
    private const int StoppedAt = 50;

    private readonly TestRepository _repository = new();
    private readonly IReadOnlyList<string> _commits;

    public StoppedRuns() => _commits = _repository.Many(Commits);

    private string Deck => Path.Combine(_repository.Root, "deck.apkg");

    private string Shown => Path.Combine(_repository.Root, "shown");

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("KILL", 137, "lost")]
    [InlineData("INT", 130, "released")]
    [InlineData("TERM", 130, "released")]
    public void A_run_that_was_stopped_is_gone_on_with_and_nothing_that_was_recorded_is_repeated(string signal, int exit, string outcome)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The git of this test is a shell script.");
        var path = Wrap(signal);

        var first = Run(path);
        Assert.True(first.Exit == exit, $"{first.Exit} {first.Output} {first.Error}");
        Assert.False(File.Exists(Deck));
        var recorded = Keys("select key from item where dataset = 'commits.parsed' and last_outcome = 'succeeded'");
        Assert.InRange(recorded.Count, 32, Commits - 1);
        var shownBefore = File.ReadAllLines(Shown).Length;

        var second = Run(path);
        Assert.True(second.Exit == 0, second.Output + second.Error);
        Assert.Contains("Going on with the earlier run", second.Output, StringComparison.Ordinal);
        Assert.Contains("failed: 0", second.Output, StringComparison.Ordinal);

        var shown = File.ReadAllLines(Shown);
        Assert.Empty(shown.Skip(shownBefore).Intersect(recorded));

        // Some twice: a git that the killed program had started may write down its commit only now.
        Assert.Equal(_commits.Except(recorded).Order(), shown.Skip(shownBefore).Distinct().Order());
        foreach (var stage in new[] { "commits.parsed", "commits.cards" })
        {
            Assert.Equal(_commits.Order(), Keys($"select key from item_run where dataset = '{stage}' and outcome = 'succeeded'").Order());
            Assert.Equal(_commits.Order(), Keys($"select key from item where dataset = '{stage}'").Order());
        }

        Assert.Empty(Keys("select key from item_run where outcome <> 'succeeded'"));
        Assert.Equal([outcome, "succeeded"], Keys("select outcome from attempt_all where job_id = 1 order by attempt"));
        Assert.Equal(["2"], Keys("select count(*) from job"));
        Assert.Equal(
            Keys("select sum(json_extract(metrics, '$.cards')) from item where dataset = 'commits.cards'"),
            [Package.Read(Deck).Count.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
    }

    [Fact]
    public void A_start_that_asks_for_something_else_finishes_the_earlier_run_first()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The git of this test is a shell script.");
        var path = Wrap("INT");
        Assert.Equal(130, Run(path).Exit);

        var (exit, output, error) = Run(path, "--last", "5");
        Assert.True(exit == 0, output + error);
        Assert.Contains("Finishing the earlier run", output, StringComparison.Ordinal);
        Assert.Equal(Commits, Keys("select key from item where dataset = 'commits.cards'").Count);
        Assert.Equal(["4"], Keys("select count(*) from job where state = 'succeeded'"));
        Assert.Equal(["5"], Keys("select count(*) from item_run where job_id = 3 and dataset = 'commits.cards' and outcome = 'skipped'"));
    }

    // A git that writes down which commits it is asked to show, and at one of them, once, sends a signal to the program.
    private string Wrap(string signal)
    {
        var git = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "git")).First(File.Exists);
        var folder = Directory.CreateDirectory(Path.Combine(_repository.Root, "bin")).FullName;
        var script = Path.Combine(folder, "git");
        File.WriteAllText(Path.Combine(_repository.Root, "signal"), signal);
        File.WriteAllText(script, $"""
            #!/bin/sh
            root='{_repository.Root}'
            for argument in "$@"; do
              [ "$argument" = show ] && show=yes
              [ "$argument" = -- ] && commit=$before
              before=$argument
            done
            if [ "$show" ]; then
              echo "$commit" >> "$root/shown"
              if [ "$(wc -l < "$root/shown")" -ge {StoppedAt} ] && mv "$root/signal" "$root/sent" 2> /dev/null; then
                kill -s "$(cat "$root/sent")" "$PPID"
              fi
            fi
            exec '{git}' "$@"

            """.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return folder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
    }

    private (int Exit, string Output, string Error) Run(string path, params string[] more) => Child.Run(
        "dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "cards.dll"), _repository.Folder, "--output", Deck,
            .. more.Length > 0 ? more : ["--last", $"{Commits}"],
        ],
        _repository.Root,
        new Dictionary<string, string> { ["PATH"] = path });

    private List<string> Keys(string sql)
    {
        var source = new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(_repository.Root, "cards.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false,
        };
        using var database = new SqliteConnection(source.ToString());
        database.Open();
        using var command = database.CreateCommand();
#pragma warning disable CA2100 // the test's own text
        command.CommandText = sql;
#pragma warning restore CA2100
        using var rows = command.ExecuteReader();
        var keys = new List<string>();
        while (rows.Read())
        {
            keys.Add(rows.GetString(0));
        }

        return keys;
    }
}
