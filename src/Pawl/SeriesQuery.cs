namespace Pawl;

/// <summary>Which numbers over time are wanted.</summary>
/// <param name="Metrics">Which: <c>queued</c> (how many runnable jobs waited, looked at once a minute), <c>created_per_s</c>,
/// <c>started_per_s</c>, <c>succeeded_per_s</c>, <c>failed_per_s</c>, <c>cancelled_per_s</c>, <c>lost_per_s</c>,
/// <c>died_per_s</c>, <c>error_rate</c>, <c>wait_mean_ms</c>, <c>wait_p50_ms</c>, <c>wait_p95_ms</c>, <c>run_mean_ms</c>,
/// <c>run_p50_ms</c>, <c>run_p95_ms</c>.</param>
/// <param name="Window">How far to look back; 1 minute to 30 days.</param>
/// <param name="Step">How much time one point is of; 1 s or more. What is kept is kept by the minute: points within a minute are
/// alike.</param>
/// <param name="By"><c>type</c>, <c>queue</c> or <c>priority</c>; null for all together. Only <c>queued</c> is kept by priority; the others
/// are then one row, <c>other</c>.</param>
public sealed record SeriesQuery(IReadOnlyList<string> Metrics, TimeSpan Window, TimeSpan Step, string? By = null);
