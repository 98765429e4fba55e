namespace Pawl.Storage;

/// <summary>A worker as the store knows it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Facts">What it said of itself.</param>
/// <param name="Beat">Its last beat.</param>
/// <param name="Gone">Whether it left or was declared gone.</param>
/// <param name="Dead">Whether the store knows for certain that its process is dead, so that nobody need wait for the lease to pass.</param>
/// <param name="Draining">Whether it takes no new work.</param>
/// <param name="SlotsUsed">How many slots were in use at its last beat.</param>
/// <param name="StartedAt">When it registered.</param>
/// <param name="SeenAt">When it last beat, by wall clock: for display only.</param>
/// <param name="Running">How many leases it holds.</param>
public sealed record WorkerRow(
    long Id,
    WorkerFacts Facts,
    long Beat,
    bool Gone,
    bool Dead,
    bool Draining,
    int SlotsUsed,
    DateTimeOffset StartedAt,
    DateTimeOffset SeenAt,
    int Running)
{
    /// <summary>How many that are gone and hold nothing a store tells of: those seen last. Where processes come and go by the thousand,
    /// each look at the workers would else read them all.</summary>
    internal const int MostGone = 200;

    /// <summary>How much of the machine's processors its process used at its last beat, 0 to 1.</summary>
    public double? Cpu { get; init; }

    /// <summary>How much memory its process held at its last beat.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Whether an operator wants it to take no new work; it hears of that with its next beat.</summary>
    public bool Drain { get; init; }

    /// <summary>The jobs it holds, by number; at most 1,000 of them.</summary>
    public IReadOnlyList<JobId> Jobs { get; init; } = [];

    /// <summary>How many of its slots are taken now, by the leases it holds: what it said with its last beat is seconds old, and would
    /// stand beside counts that are not. One that works elsewhere may be busy with what it holds no more: it is believed when it says
    /// so.</summary>
    internal int SlotsTaken
    {
        get
        {
            var held = Math.Min(Running, Facts.Slots);
            return Facts.Remote ? Math.Max(SlotsUsed, held) : held;
        }
    }
}
