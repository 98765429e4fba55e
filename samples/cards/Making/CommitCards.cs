namespace Cards.Making;

/// <summary>What the <c>cards</c> stage makes of one commit: up to five cards, or the reason why there are none.</summary>
internal sealed record CommitCards(IReadOnlyList<Card> Cards, string? NoneBecause)
{
    public static CommitCards None(string because) => new([], because);
}
