namespace Cards.Making;

/// <summary>One study card. Front and back are HTML in which every text of the repository is escaped.</summary>
internal sealed record Card
{
    /// <summary>Names the question within its commit and never changes: with the commit's id it makes the note's id in Anki.</summary>
    public required string Slot { get; init; }

    public required CardKind Kind { get; init; }
    public required string Front { get; init; }
    public required string Back { get; init; }
}
