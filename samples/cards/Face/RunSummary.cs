namespace Cards.Face;

/// <summary>What stands in the table at the end of a run.</summary>
internal sealed record RunSummary
{
    /// <summary>Cards in the deck, those of earlier runs included.</summary>
    public required int Cards { get; init; }

    public required int Commits { get; init; }

    /// <summary>Commits that teach nothing, and why, the most frequent reason first.</summary>
    public required IReadOnlyList<(string Because, int Commits)> WithoutCards { get; init; }

    public required int Failed { get; init; }
    public required TimeSpan Took { get; init; }

    /// <summary>Null when there was no card to write.</summary>
    public required string? Deck { get; init; }
}
