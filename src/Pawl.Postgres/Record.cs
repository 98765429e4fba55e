using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    /// <inheritdoc/>
    public async ValueTask RecordAsync(IReadOnlyList<Fact> facts, DateTimeOffset now, CancellationToken cancellationToken) =>
        await WriteAsync(
            async batch =>
            {
                // in the order of their numbers, or two calls about the same jobs deadlock
                var heads = new Dictionary<long, Head?>();
                foreach (var id in facts.Where(fact => fact.Job is not null).Select(fact => fact.Job!.Value.Value).Distinct().Order())
                {
                    heads.Add(id, await Head.FindAsync(batch, id).ConfigureAwait(false));
                }

                foreach (var fact in facts)
                {
                    var head = fact.Job is { } job ? heads[job.Value] : null;
                    batch.JobEvent(
                        fact.Kind, fact.Job?.Value ?? 0, head?.Generation ?? 0, head?.Attempt ?? 0, null, null,
                        Micros.Of(now), fact.Actor, fact.Reason, fact.Title, fact.Data);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
}
