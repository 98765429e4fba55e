namespace Cards.Face;

/// <summary>What stands in the table at the end of a run.</summary>
internal sealed record RunSummary
{
    /// <summary>Cards in the deck, those of earlier runs included.</summary>
    public required int Cards { get; init; }

    public required int Commits { get; init; }

    /// <summary>Commits that teach nothing, and why, the most frequent reason first.</summary>
    public required IReadOnlyList<(string Because, int Commits)> WithoutCards { get; init; }

    /// <summary>Commits that failed in this run or an earlier one and were not done since.</summary>
    public required int Failed { get; init; }

    /// <summary>Commits whose cards stood in the ledger before.</summary>
    public required int Already { get; init; }

    public required TimeSpan Took { get; init; }

    /// <summary>Null when there was no card to write.</summary>
    public required string? Deck { get; init; }

    /// <summary>Where finished work is remembered.</summary>
    public required string Database { get; init; }
}
