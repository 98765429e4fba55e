namespace Cards.Jobs;

/// <summary>What an export gives back.</summary>
/// <param name="Cards">In the deck.</param>
/// <param name="Path">Null when there was no card, and so no deck.</param>
/// <param name="WithoutCards">Commits that teach nothing, and why, the most frequent reason first.</param>
internal sealed record DeckWritten(int Cards, string? Path, IReadOnlyList<NoCards> WithoutCards);
