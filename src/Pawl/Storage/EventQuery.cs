namespace Pawl.Storage;

/// <summary>Which events to read.</summary>
/// <param name="After">Only those with a higher number.</param>
/// <param name="Limit">At most so many; 1 to 10,000.</param>
/// <param name="Job">Only those of one job.</param>
public sealed record EventQuery(long After = 0, int Limit = 500, JobId? Job = null);
