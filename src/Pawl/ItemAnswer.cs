namespace Pawl;

/// <summary>Whether the result of one item still stands.</summary>
/// <param name="Key">The item.</param>
/// <param name="Freshness">Its status, the cause if it needs a rerun, and how it went last.</param>
/// <param name="Row">What the ledger holds of it; null when it is new.</param>
public sealed record ItemAnswer(string Key, ItemFreshness Freshness, ItemRow? Row);
