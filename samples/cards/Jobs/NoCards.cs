namespace Cards.Jobs;

/// <summary>Why commits have no card, and how many.</summary>
internal sealed record NoCards(string Because, int Commits);
