using System.Globalization;
using Pawl;

namespace Cards.Face;

/// <summary>One line per fact, for pipes, logs and screen readers.</summary>
internal sealed class PlainFace(TextWriter output) : IFace
{
    public void Begin(string repository, ItemSummary freshness, IReadOnlyList<(string Cause, int Commits)> causes)
    {
        output.WriteLine($"{Visible.Text(repository)}: {freshness}");
        foreach (var (cause, commits) in causes)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"re-run: {Visible.Text(cause)} ({commits})"));
        }
    }

    // Nobody is there to answer; who runs this from a script has chosen the commits already.
    public bool Confirm(string question) => true;

    public void Say(string sentence) => output.WriteLine(Visible.Text(sentence));

    public void Serving(IEnumerable<(string Name, string Value)> rows)
    {
        foreach (var (name, value) in rows)
        {
            output.WriteLine($"{name}: {value}");
        }

        output.Flush();
    }

    public Task FollowAsync(Func<Watch, Task> run) => run(new Watch(static _ => { }, Tell));

    public void End(RunSummary summary)
    {
        foreach (var (name, value) in SummaryRows.Of(summary))
        {
            output.WriteLine($"{name}: {value}");
        }
    }

    private void Tell(CommitResult result)
    {
        var what = result.Error is { } error ? "failed: " + Visible.Text(error)
            : result.NoneBecause is { } because ? "no card: " + because
            : result.Cards == 1 ? "1 card" : string.Create(CultureInfo.InvariantCulture, $"{result.Cards} cards");
        output.WriteLine($"{result.Id.Short} {what} ({Visible.Text(result.Subject)})");
    }
}
