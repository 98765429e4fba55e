using Pawl;

namespace Cards.Jobs;

/// <summary>Writes a deck of what the ledger holds.</summary>
/// <param name="Repository">What people call the repository.</param>
/// <param name="Commits">Full ids in the order in which they are learned.</param>
/// <param name="Deck">The deck's name in Anki.</param>
/// <param name="Output">The file, absolute.</param>
[Job("cards.export", Description = "Writes an Anki deck of the cards in the ledger.")]
internal sealed record ExportDeck(string Repository, IReadOnlyList<string> Commits, string Deck, string Output)
{
    public bool IsLike(ExportDeck other) =>
        (Repository, Deck, Output) == (other.Repository, other.Deck, other.Output) && Commits.SequenceEqual(other.Commits);
}
