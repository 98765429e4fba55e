namespace Pawl.Storage;

/// <summary>Which item runs to read, newest first.</summary>
/// <param name="Job">Those of one job, or null for any.</param>
/// <param name="Dataset">With <paramref name="Key"/>: those of one key. Job and key together: those of that key in that job.</param>
/// <param name="Key">The key.</param>
/// <param name="Limit">At most so many; 1 to 1,000.</param>
/// <param name="Before">Those before this number; null for the newest.</param>
/// <param name="Outcome">Those that ended so; null for all.</param>
public sealed record ItemRunQuery(
    JobId? Job, string? Dataset = null, string? Key = null, int Limit = 500, long? Before = null, ItemOutcome? Outcome = null);
