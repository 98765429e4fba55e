namespace Pawl;

/// <summary>What can be said of an item: whether its result is fresh, and how its last try ended.</summary>
/// <param name="Status">Whether its result can be used.</param>
/// <param name="Cause">The first of the changes when it needs a rerun, else null.</param>
/// <param name="Changes">Everything that has changed since its last success: code, input, options, upstream, in this order.</param>
/// <param name="LastOutcome">How its last try ended; null when it is new.</param>
public sealed record ItemFreshness(ItemStatus Status, ItemCause? Cause, IReadOnlyList<ItemChange> Changes, ItemOutcome? LastOutcome);
