namespace Pawl.Storage;

/// <summary>A sign of life.</summary>
public sealed record HeartbeatRequest
{
    /// <summary>Who.</summary>
    public required long WorkerId { get; init; }

    /// <summary>Rises with each beat; what a sweeper watches.</summary>
    public required long Beat { get; init; }

    /// <summary>The engine's time; for display only.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>How many slots are in use.</summary>
    public int SlotsUsed { get; init; }

    /// <summary>Whether it takes no new work.</summary>
    public bool Draining { get; init; }

    /// <summary>How much of the machine's processors its process used since the last beat, 0 to 1; null where it does not say.</summary>
    public double? Cpu { get; init; }

    /// <summary>How much memory its process holds; null where it does not say.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Whether this is its last beat: it has stopped in good order and holds nothing.</summary>
    public bool Leaving { get; init; }

    /// <summary>Jobs taken ahead that have begun since the last beat: their loss would count.</summary>
    public IReadOnlyList<Lease> Begun { get; init; } = [];
}

/// <summary>What a worker should know.</summary>
/// <param name="Known">False when it was declared gone: it must stop its attempts and register anew.</param>
/// <param name="Drain">Whether an operator wants it to take no new work.</param>
/// <param name="Held">The leases it holds; what it runs beyond these is lost.</param>
public sealed record HeartbeatReply(bool Known, bool Drain, IReadOnlyList<HeldLease> Held)
{
    /// <summary>Which of <see cref="HeartbeatRequest.Begun"/> were stored: a sign of life waits for no lock that somebody holds on a job,
    /// so the others are told again with the next beat. Null: all.</summary>
    public IReadOnlyList<Lease>? BegunStored { get; init; }
}

/// <summary>One lease a worker holds.</summary>
/// <param name="Lease">The lease, so that one whose claim was never answered can be given back.</param>
/// <param name="CancelRequested">Whether it was asked to stop.</param>
public readonly record struct HeldLease(Lease Lease, bool CancelRequested);
