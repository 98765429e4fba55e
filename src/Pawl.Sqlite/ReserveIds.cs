namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobId>> ReserveIdsAsync(int count, CancellationToken cancellationToken) =>
        WriteAsync<IReadOnlyList<JobId>>(
            batch =>
            {
                var ids = new JobId[count];
                for (var i = 0; i < count; i++)
                {
                    ids[i] = new JobId(batch.NextJobId());
                }

                batch.KeepLastJobId();   // no row tells of them after a restart
                return ids;
            },
            cancellationToken);
}
