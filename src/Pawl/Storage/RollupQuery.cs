namespace Pawl.Storage;

/// <summary>Which sums to read of what was counted minute by minute.</summary>
/// <param name="Since">From this minute on.</param>
/// <param name="Step">How much time one sum is of, in whole minutes; the steps begin at midnight UTC of the first day of 1970.</param>
/// <param name="Times">Whether the waits and runs are wanted too.</param>
public sealed record RollupQuery(DateTimeOffset Since, TimeSpan Step, bool Times = false);
