using System.Globalization;

namespace Cards.Face;

internal static class SummaryRows
{
    public static IEnumerable<(string Name, string Value)> Of(RunSummary summary)
    {
        yield return ("cards written", Number(summary.Cards));
        yield return ("commits", Number(summary.Commits));
        foreach (var (because, commits) in summary.WithoutCards)
        {
            yield return ("skipped", $"{Number(commits)}, {because}");
        }

        yield return ("failed", Number(summary.Failed));
        yield return ("time", Seconds(summary.Took.TotalSeconds));
        yield return ("deck", summary.Deck is { } deck ? Visible.Text(deck) : "not written, for there is no card");
    }

    private static string Seconds(double seconds) => seconds.ToString(seconds < 10 ? "0.0 s" : "0 s", CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
