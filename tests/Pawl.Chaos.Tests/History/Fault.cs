namespace Pawl.Chaos.Tests.History;

/// <summary>Something that was done to the store, or to a process, from its begin until it was over.</summary>
/// <param name="What">For people.</param>
/// <param name="FromMono">When it began, in ticks of the machine's monotonic clock.</param>
/// <param name="ToMono">When it was over.</param>
/// <param name="FromAt">When it began, microseconds since 1970.</param>
/// <param name="ToAt">When it was over.</param>
/// <param name="Refuses">Whether nothing may be acknowledged while it lasts.</param>
internal sealed record Fault(string What, long FromMono, long ToMono, long FromAt, long ToAt, bool Refuses = false);
