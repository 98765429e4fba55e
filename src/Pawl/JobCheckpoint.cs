namespace Pawl;

/// <summary>Saved state of a job, given to its next attempt.</summary>
public sealed record JobCheckpoint
{
    /// <summary>Rises by one with each accepted save.</summary>
    public required int Version { get; init; }

    /// <summary>The attempt that saved it.</summary>
    public required int Attempt { get; init; }

    /// <summary>The handler's own JSON, at most 1 MB.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The handler's own number for the form of <see cref="Data"/>.</summary>
    public int? Schema { get; init; }

    /// <summary>What the cursor means.</summary>
    public CursorKind CursorKind { get; init; }

    /// <summary>The key of the last item behind the cursor.</summary>
    public string? LastItemKey { get; init; }

    /// <summary>When it was saved, UTC.</summary>
    public required DateTimeOffset SavedAt { get; init; }
}
