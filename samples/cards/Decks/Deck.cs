namespace Cards.Decks;

/// <summary>What goes into one .apkg file.</summary>
/// <param name="Name">As Anki shows it; <c>::</c> makes a deck within a deck.</param>
/// <param name="Notes">In the order in which they shall be learned.</param>
internal sealed record Deck(string Name, IReadOnlyList<Note> Notes);
