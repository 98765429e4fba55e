namespace Pawl.Storage;

/// <summary>How many runnable jobs waited at some time.</summary>
/// <param name="At">The beginning of the step that the look fell into.</param>
/// <param name="Rows">What was seen; empty when nothing waited.</param>
public sealed record DepthSample(DateTimeOffset At, IReadOnlyList<DepthRow> Rows);
