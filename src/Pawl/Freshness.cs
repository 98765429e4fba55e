namespace Pawl;

/// <summary>Says of an item whether its recorded result still stands. Asked each time, so a new version updates no rows.</summary>
public static class Freshness
{
    private static readonly IReadOnlyList<ItemChange> Unchanged = [];

    /// <summary>Compares what the ledger recorded with what is so now.</summary>
    /// <remarks>
    /// No record: new. Never a success: failed. A success and no difference: processed. Else it needs a rerun, for the first
    /// difference in the order code, input, options, upstream. What <paramref name="now"/> leaves out is not compared; a hash it gives and
    /// the record lacks is a difference.
    /// </remarks>
    /// <param name="past">The ledger's row; null when there is none. Its hashes are those of the last success.</param>
    /// <param name="now">What the asker knows.</param>
    public static ItemFreshness Of(ItemRow? past, ItemNow now)
    {
        ArgumentNullException.ThrowIfNull(now);
        if (past is null)
        {
            return new(ItemStatus.New, null, Unchanged, null);
        }

        if (past.SucceededAt is null && past.LastOutcome == ItemOutcome.Failed)
        {
            return new(ItemStatus.Failed, null, Unchanged, past.LastOutcome);
        }

        List<ItemChange>? changes = null;
        foreach (var part in now.Parts.Parts)
        {
            Compare(ItemCause.Code, part.Name, past.Parts.GetValueOrDefault(part.Name), part.Version);
        }

        Compare(ItemCause.Input, null, past.InputHash, now.InputHash);
        Compare(ItemCause.Options, null, past.OptionsHash, now.OptionsHash);
        Compare(ItemCause.Upstream, null, past.UpstreamHash, now.UpstreamHash);
        return changes is null
            ? new(ItemStatus.Processed, null, Unchanged, past.LastOutcome)
            : new(ItemStatus.NeedsRerun, changes[0].Cause, changes, past.LastOutcome);

        void Compare(ItemCause cause, string? part, string? then, string? today)
        {
            if (today is not null && !string.Equals(then, today, StringComparison.Ordinal))
            {
                (changes ??= []).Add(new(cause, part, then, today));
            }
        }
    }

    /// <summary>Whether a job should process an item.</summary>
    /// <param name="status">Whether its result is fresh.</param>
    /// <param name="lastOutcome">How its last try ended; null when it is new.</param>
    /// <param name="force">What the job does although nothing has changed.</param>
    public static bool ShouldRun(ItemStatus status, ItemOutcome? lastOutcome, Force force) => force switch
    {
        Force.All => true,

        // A forced rerun that failed leaves its item processed, with the old result: that one is meant here too.
        Force.Failed when status == ItemStatus.Failed || lastOutcome == ItemOutcome.Failed => true,
        _ => status is ItemStatus.New or ItemStatus.NeedsRerun,
    };
}
