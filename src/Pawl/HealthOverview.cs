namespace Pawl;

/// <summary>The health of an installation.</summary>
/// <param name="Overall">That of its worst queue, or of the store.</param>
/// <param name="Queues">That of each queue, by name. Empty while the store does not answer.</param>
/// <param name="CheckedAt">When it was looked at, UTC.</param>
/// <param name="WaitingForSchema">Whether the tables are not there yet.</param>
public sealed record HealthOverview(
    HealthReport Overall,
    IReadOnlyList<HealthReport> Queues,
    DateTimeOffset CheckedAt,
    bool WaitingForSchema = false)
{
    /// <summary>Connections to the database that this process could not get since it started; 0 for a store without a pool.</summary>
    public long ConnectionFailures { get; init; }
}
