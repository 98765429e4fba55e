namespace Pawl;

/// <summary>Whether the results of items still stand.</summary>
/// <param name="Items">In the order asked.</param>
/// <param name="Summary">How many stand where; its text is for people.</param>
public sealed record ItemStatuses(IReadOnlyList<ItemAnswer> Items, ItemSummary Summary);
