namespace Pawl;

/// <summary>What a bulk operation would do now. Nothing was changed.</summary>
/// <param name="Matched">How many jobs it would look at.</param>
/// <param name="MatchedIsMinimum">Whether the look was stopped at a bound and there may be more.</param>
/// <param name="WouldChange">How many of these it would change.</param>
/// <param name="WouldSkip">How many it would leave alone, by the code of the refusal.</param>
/// <param name="Sample">Up to 20 of those it would change, newest first.</param>
public sealed record BulkPreview(
    long Matched, bool MatchedIsMinimum, long WouldChange, IReadOnlyDictionary<string, long> WouldSkip, IReadOnlyList<JobId> Sample);
