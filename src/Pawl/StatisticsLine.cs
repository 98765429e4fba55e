namespace Pawl;

/// <summary>One row of numbers over time.</summary>
/// <param name="Metric">What is counted.</param>
/// <param name="Key">Of which type or queue; null for all together.</param>
/// <param name="Values">A number for each time; null where there is nothing to take a mean of.</param>
public sealed record StatisticsLine(string Metric, string? Key, IReadOnlyList<double?> Values);
