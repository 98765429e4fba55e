namespace Pawl.Storage;

/// <summary>Whether the tables are there.</summary>
public sealed record SchemaStatus
{
    /// <summary>The newest step that was applied; 0 for none.</summary>
    public required int Version { get; init; }

    /// <summary>The newest step this program knows.</summary>
    public required int Known { get; init; }

    /// <summary>The steps this program knows that were not applied yet.</summary>
    public required IReadOnlyList<string> Pending { get; init; }

    /// <summary>Tables that a recorded step made and that are not there any more.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Whether the engine can work on it.</summary>
    public bool Ready => Pending.Count == 0 && Missing.Count == 0;
}
