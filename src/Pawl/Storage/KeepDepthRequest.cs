namespace Pawl.Storage;

/// <summary>Keep how many runnable jobs waited in a minute. Only for the leader.</summary>
/// <param name="Term">The leader's term; another one's request changes nothing.</param>
/// <param name="At">When it was looked; its minute is kept, and of two looks in one minute the last.</param>
/// <param name="Rows">What was seen.</param>
public sealed record KeepDepthRequest(long Term, DateTimeOffset At, IReadOnlyList<DepthRow> Rows);
