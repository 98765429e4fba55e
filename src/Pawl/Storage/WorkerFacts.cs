namespace Pawl.Storage;

/// <summary>What a worker says of itself.</summary>
public sealed record WorkerFacts
{
    /// <summary>A name for people; by default the host's.</summary>
    public required string Name { get; init; }

    /// <summary>The machine.</summary>
    public required string Host { get; init; }

    /// <summary>The process.</summary>
    public required int Pid { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>How many attempts it can run at once.</summary>
    public required int Slots { get; init; }

    /// <summary>How many of them are kept for urgent jobs.</summary>
    public int ExpressSlots { get; init; }

    /// <summary>The types it knows.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>The queues it serves.</summary>
    public IReadOnlyList<string> Queues { get; init; } = [];

    /// <summary>Whether it works over HTTP and so outlives the process that owns an embedded store.</summary>
    public bool Remote { get; init; }
}
