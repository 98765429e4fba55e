using Cards.Git;
using Pawl;

namespace Cards.Jobs;

/// <summary>What the ledger says of commits before or after a run.</summary>
/// <param name="Summary">A commit counts by its cards, or by its parsed form where that is the older one.</param>
/// <param name="Causes">Why commits need a re-run, such as <c>cards v1 → v2</c>, and how many, the most frequent first.</param>
/// <param name="LastFailed">How many commits failed the last time, whether or not they have an earlier success.</param>
internal sealed record Overview(ItemSummary Summary, IReadOnlyList<(string Cause, int Commits)> Causes, int LastFailed)
{
    private const int MostInQuestion = 1_000;

    /// <summary>One question to each of the two ledgers for every thousand commits.</summary>
    public static async Task<Overview> AskAsync(
        IJobs jobs, PipelineVersion versions, IReadOnlyList<CommitId> commits, CancellationToken cancellationToken)
    {
        var standings = new List<ItemFreshness>();
        var failed = 0;
        foreach (var page in commits.Select(id => id.ToString()).Chunk(MostInQuestion))
        {
            var parsed = await jobs.ItemStatusAsync(
                Stages.Parsed, [.. page.Select(key => new ItemQuestion(key, key))], Now(versions, Stages.Parser), cancellationToken)
                .ConfigureAwait(false);
            var made = await jobs.ItemStatusAsync(
                Stages.Made, [.. page.Select(key => new ItemQuestion(key))], Now(versions, Stages.Cards), cancellationToken)
                .ConfigureAwait(false);
            foreach (var (first, second) in parsed.Items.Zip(made.Items))
            {
                standings.Add(Of(first, second, Now(versions, Stages.Cards)));
                failed += ItemOutcome.Failed == first.Freshness.LastOutcome || ItemOutcome.Failed == second.Freshness.LastOutcome ? 1 : 0;
            }
        }

        var causes = standings.SelectMany(one => one.Changes.Select(change => change.ToString())).CountBy(cause => cause)
            .OrderByDescending(cause => cause.Value).Select(cause => (cause.Key, cause.Value)).ToList();
        return new(ItemSummary.Of(standings.Select(one => one.Status)), causes, failed);
    }

    /// <summary>How many commits a run does.</summary>
    public int ToDo(Force force) => force switch
    {
        Force.All => Summary.New + Summary.NeedsRerun + Summary.Failed + Summary.Processed,
        Force.Failed => Summary.New + Summary.NeedsRerun + LastFailed,
        _ => Summary.New + Summary.NeedsRerun,
    };

    private static ItemNow Now(PipelineVersion versions, string part) => new() { Parts = versions.Only(part) };

    private static ItemFreshness Of(ItemAnswer parsed, ItemAnswer made, ItemNow now)
    {
        // The question was one for all commits; what the stage before gave is another thing for each.
        var cards = Freshness.Of(made.Row, now with { UpstreamHash = parsed.Row?.OutputHash });
        return cards.Status == ItemStatus.Processed && parsed.Freshness.Status == ItemStatus.NeedsRerun ? parsed.Freshness : cards;
    }
}
