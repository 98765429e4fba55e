using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public async ValueTask RecordAsync(IReadOnlyList<Fact> facts, DateTimeOffset now, CancellationToken cancellationToken) =>
        await WriteAsync(
            batch =>
            {
                foreach (var fact in facts)
                {
                    var head = fact.Job is { } job ? Head.Find(batch, job.Value) : null;
                    batch.JobEvent(
                        fact.Kind, fact.Job?.Value ?? 0, head?.Generation ?? 0, head?.Attempt ?? 0, null, null,
                        Micros.Of(now), fact.Actor, fact.Reason, fact.Title, fact.Data);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
}
