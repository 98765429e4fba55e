namespace Pawl.Storage;

/// <summary>A worker's wish for work.</summary>
public sealed record ClaimRequest
{
    /// <summary>Who asks.</summary>
    public required long WorkerId { get; init; }

    /// <summary>The token of every lease this claim gives.</summary>
    public required LeaseToken Token { get; init; }

    /// <summary>The engine's time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The lines it can serve, each with its room.</summary>
    public required IReadOnlyList<ClaimLine> Lines { get; init; }

    /// <summary>How many it can start at once.</summary>
    public required int Slots { get; init; }

    /// <summary>How many more it would take ahead. Jobs that were lost before are never taken ahead.</summary>
    public int Prefetch { get; init; }

    /// <summary>How many more it can start at once of <see cref="ExpressFrom"/> and above.</summary>
    public int ExpressSlots { get; init; }

    /// <summary>The priority from which a job may use an express slot.</summary>
    public int ExpressFrom { get; init; } = 40;

    /// <summary>Whether it already runs a job whose next loss would be its last: one at a time, so that a job that kills its worker does
    /// not take innocent neighbours along.</summary>
    public bool RunsLastChance { get; init; }

    /// <summary>At how many losses a generation ends.</summary>
    public int LossCap { get; init; } = 3;
}

/// <summary>One line a worker can serve.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Type">The type.</param>
/// <param name="Room">How many of it the worker may take; 0 or more.</param>
public readonly record struct ClaimLine(string Queue, string Type, int Room);
