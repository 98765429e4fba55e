using System.Globalization;
using Pawl;

namespace Cards.Face;

/// <summary>One line per fact, for pipes, logs and screen readers.</summary>
internal sealed class PlainFace(TextWriter output) : IFace
{
    public void Begin(string repository, ItemSummary freshness) => output.WriteLine($"{Visible.Text(repository)}: {freshness}");

    // Nobody is there to answer; who runs this from a script has chosen the commits already.
    public bool Confirm(string question) => true;

    public async Task FollowAsync(int commits, Func<Action<CommitResult>, Task> run)
    {
        var done = 0;
        await run(result =>
        {
            done++;
            var what = result.Error is { } error ? "failed: " + Visible.Text(error)
                : result.NoneBecause is { } because ? "no card: " + because
                : result.Cards == 1 ? "1 card" : string.Create(CultureInfo.InvariantCulture, $"{result.Cards} cards");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{done}/{commits} {result.Id.Short} {what} ({Visible.Text(result.Subject)})"));
        }).ConfigureAwait(false);
    }

    public void End(RunSummary summary)
    {
        foreach (var (name, value) in SummaryRows.Of(summary))
        {
            output.WriteLine($"{name}: {value}");
        }
    }
}
