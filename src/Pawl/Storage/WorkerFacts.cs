namespace Pawl.Storage;

/// <summary>What a worker says of itself.</summary>
public sealed record WorkerFacts
{
    /// <summary>Among the queues: and every other.</summary>
    public const string AnyQueue = "*";

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

    /// <summary>The versions of those types that have one, by type.</summary>
    public IReadOnlyDictionary<string, string>? Versions { get; init; }

    /// <summary>What it is built with, such as <c>pawl-net/1.0.0</c>; null where it does not say.</summary>
    public string? Sdk { get; init; }

    /// <summary>Words its people gave it; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The queues it serves; with <see cref="AnyQueue"/> among them, or none at all, every other too.</summary>
    public IReadOnlyList<string> Queues { get; init; } = [];

    /// <summary>Whether it takes jobs of a queue.</summary>
    public bool Serves(string queue) => Queues.Count == 0 || Queues.Contains(queue) || Queues.Contains(AnyQueue);

    /// <summary>Whether it works over HTTP and so outlives the process that owns an embedded store.</summary>
    public bool Remote { get; init; }
}
