namespace Pawl.EndToEnd.Tests.History;

/// <summary>Something that was done to the store, or to a process, from its begin until it was over.</summary>
/// <param name="What">For people.</param>
/// <param name="FromMono">When it began, in ticks of the machine's monotonic clock.</param>
/// <param name="ToMono">When it was over.</param>
/// <param name="FromAt">When it began, microseconds since 1970.</param>
/// <param name="ToAt">When it was over.</param>
internal sealed record Fault(string What, long FromMono, long ToMono, long FromAt, long ToAt)
{
    // What it broke is met a little later: connections that were open, leases that ran out.
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(10);

    /// <summary>Whether a call may have failed by it.</summary>
    public bool Excuses(long fromMono, long toMono) =>
        toMono >= FromMono && fromMono <= ToMono + (long)(Aftermath.TotalSeconds * TimeProvider.System.TimestampFrequency);

    /// <summary>Whether a process may have been silent for too long by it, at a time in microseconds since 1970.</summary>
    public bool ExcusesAt(long at) => at >= FromAt && at <= ToAt + (long)Aftermath.TotalMicroseconds;
}
