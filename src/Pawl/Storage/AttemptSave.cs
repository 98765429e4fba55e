namespace Pawl.Storage;

/// <summary>What a running attempt has to say; stored together or not at all.</summary>
public sealed record AttemptSave
{
    /// <summary>Who says it.</summary>
    public required Lease Lease { get; init; }

    /// <summary>How far it has come.</summary>
    public JobProgress? Progress { get; init; }

    /// <summary>State for the next attempt.</summary>
    public NewCheckpoint? Checkpoint { get; init; }

    /// <summary>Results of items.</summary>
    public IReadOnlyList<ItemResult> Items { get; init; } = [];

    /// <summary>Log lines: UTF-8 NDJSON, each line ended by a line feed; at most 1 MB.</summary>
    public ReadOnlyMemory<byte> Log { get; init; }

    /// <summary>Named blobs.</summary>
    public IReadOnlyList<NewArtifact> Artifacts { get; init; } = [];

    /// <summary>Jobs it creates; their parent is this job.</summary>
    public IReadOnlyList<NewJob> Children { get; init; } = [];

    /// <summary>Lines for people.</summary>
    public IReadOnlyList<Fact> Facts { get; init; } = [];
}

/// <summary>State for the next attempt.</summary>
/// <param name="Data">UTF-8 JSON, at most 1 MB.</param>
/// <param name="Schema">The handler's own number for its form.</param>
/// <param name="CursorKind">What the cursor means.</param>
/// <param name="LastItemKey">The key of the last item behind the cursor.</param>
/// <param name="Version">The version it must get, one above the last; null for whatever is next.</param>
public sealed record NewCheckpoint(
    ReadOnlyMemory<byte> Data,
    int? Schema = null,
    CursorKind CursorKind = CursorKind.Sorted,
    string? LastItemKey = null,
    int? Version = null);

/// <summary>A named blob to keep.</summary>
/// <param name="Name">A file name: <c>[A-Za-z0-9][A-Za-z0-9._-]{0,127}</c>.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Bytes">Its content, at most 64 MB.</param>
/// <param name="Sha256">The hash of its content, 64 hexadecimal digits.</param>
public sealed record NewArtifact(string Name, string MediaType, ReadOnlyMemory<byte> Bytes, string Sha256);

/// <summary>What became of a save.</summary>
/// <param name="What">Whether it was stored.</param>
/// <param name="State">Where the job stands when it was not.</param>
/// <param name="Attempt">The job's current attempt when it was not.</param>
/// <param name="CheckpointVersion">The version of the last accepted checkpoint; 0 for none.</param>
/// <param name="CheckpointOlder">Whether it was refused because its checkpoint version was not the next.</param>
/// <param name="Children">The jobs it created, in order.</param>
/// <param name="ChildRefusal">Why nothing was stored, when a child was refused.</param>
public sealed record SaveReply(
    Settled What,
    JobState? State = null,
    int Attempt = 0,
    int CheckpointVersion = 0,
    bool CheckpointOlder = false,
    IReadOnlyList<Enqueued>? Children = null,
    EnqueueRefusal? ChildRefusal = null);
