namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string DrawIds = "select nextval('pawl.job_id') from generate_series(1, $1)";

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobId>> ReserveIdsAsync(int count, CancellationToken cancellationToken) =>
        WriteAsync<IReadOnlyList<JobId>>(
            async batch => await batch.Db.Use(DrawIds).Bind(count).ListAsync(static row => new JobId(row.Long(0))).ConfigureAwait(false),
            cancellationToken);
}
