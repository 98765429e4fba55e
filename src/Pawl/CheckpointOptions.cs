namespace Pawl;

/// <summary>What goes with a checkpoint.</summary>
public sealed record CheckpointOptions
{
    /// <summary>How many items there are; null leaves it.</summary>
    public long? Total { get; init; }

    /// <summary>The handler's own number for the form of the checkpoint.</summary>
    public int? Schema { get; init; }

    /// <summary>What the cursor means. Default sorted.</summary>
    public CursorKind CursorKind { get; init; }

    /// <summary>The key of the last item behind the cursor.</summary>
    public string? LastItemKey { get; init; }
}
