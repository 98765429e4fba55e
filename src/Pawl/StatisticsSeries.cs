namespace Pawl;

/// <summary>Numbers over time.</summary>
/// <param name="Step">How much time one point is of.</param>
/// <param name="Times">When each point begins, UTC; at most 1,000.</param>
/// <param name="Series">The numbers; at most 20 keys of each metric, then <c>other</c>.</param>
public sealed record StatisticsSeries(TimeSpan Step, IReadOnlyList<DateTimeOffset> Times, IReadOnlyList<StatisticsLine> Series);
