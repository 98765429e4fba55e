namespace Pawl.Checker.Model;

/// <summary>Something that was done to the store or to a process, from its begin until it was over.</summary>
internal sealed record Fault
{
    // What it broke is met a little later: connections that were open, leases that ran out.
    private const long AftermathMicros = 10_000_000;

    public required string Name { get; init; }

    /// <summary>Nanoseconds of the machine's monotonic clock.</summary>
    public required long FromMono { get; init; }

    public required long ToMono { get; init; }

    /// <summary>Microseconds since 1970.</summary>
    public long FromAt { get; init; }

    public long ToAt { get; init; }

    /// <summary>Whether nothing may be acknowledged while it lasts.</summary>
    public bool Refuses { get; init; }

    /// <summary>Whether a call between these two may have failed by it.</summary>
    public bool Excuses(long fromMono, long toMono) => toMono >= FromMono && fromMono <= ToMono + (AftermathMicros * 1_000);

    /// <summary>Whether a process may have been silent for too long by it.</summary>
    /// <param name="at">When its attempts were ended.</param>
    /// <param name="recoveryMs">Within how long that must have been done once it could be: a process that could not tell that it lives
    /// gave its leases up by itself, and whoever looks after it watches anew from the end of the fault on.</param>
    public bool ExcusesAt(long at, long recoveryMs) =>
        at >= FromAt && at <= ToAt + Math.Max(AftermathMicros, recoveryMs * 1_000);
}
