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

    /// <summary>Whether it already runs a job that was lost before and whose next loss would be its last: one at a time, so that a job that
    /// kills its worker does not take innocent neighbours along.</summary>
    public bool RunsLastChance { get; init; }

    /// <summary>At how many losses a generation ends.</summary>
    public int LossCap { get; init; } = 3;

    /// <summary>The share of a queue's starts that may be retries while first attempts wait that this worker could start. 0 to 1; default
    /// 0.2; 1 holds nothing back.</summary>
    /// <remarks>A retry is a start of a job that has failed or timed out in its generation. In any <see cref="RetryWindow"/> of n such
    /// starts at most share × n, rounded up, are retries. One that stands in its line and may not start is set aside, with
    /// <see cref="EventKind.RetryDeferred"/>: scheduled, reason <c>retry</c>, with the time it was due. A later claim takes it from
    /// there.</remarks>
    public double RetryShare { get; init; } = RetryBudget.Share;

    /// <summary>The time in which <see cref="RetryShare"/> is kept.</summary>
    public TimeSpan RetryWindow { get; init; } = RetryBudget.Window;
}

/// <summary>One line a worker can serve.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Type">The type.</param>
/// <param name="Room">How many of it the worker may take; 0 or more.</param>
public readonly record struct ClaimLine(string Queue, string Type, int Room);
