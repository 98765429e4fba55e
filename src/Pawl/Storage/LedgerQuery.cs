namespace Pawl.Storage;

/// <summary>Which rows of a ledger to read, in the order of their keys.</summary>
/// <param name="Dataset">The ledger.</param>
/// <param name="Prefix">Those whose key begins so; null for all.</param>
/// <param name="Outcome">Those that went so last; null for all.</param>
/// <param name="After">Those after this key; null for the start.</param>
/// <param name="Limit">At most so many; 1 to 1,000.</param>
public sealed record LedgerQuery(
    string Dataset, string? Prefix = null, ItemOutcome? Outcome = null, string? After = null, int Limit = 50);
