using System.Globalization;

namespace Cards.Face;

internal static class SummaryRows
{
    public static IEnumerable<(string Name, string Value)> Of(RunSummary summary)
    {
        yield return ("cards written", Number(summary.Cards));
        yield return ("commits", Number(summary.Commits));
        yield return ("already processed", Number(summary.Already));
        foreach (var (because, commits) in summary.WithoutCards)
        {
            yield return ("without cards", $"{Number(commits)}, {because}");
        }

        yield return ("failed", Number(summary.Failed));
        yield return ("time", Seconds(summary.Took.TotalSeconds));
        yield return ("deck", summary.Deck is { } deck ? Visible.Text(deck) : "not written, for there is no card");
        yield return ("ledger", Visible.Text(summary.Database));
    }

    private static string Seconds(double seconds) => seconds.ToString(seconds < 10 ? "0.0 s" : "0 s", CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
