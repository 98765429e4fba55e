using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string DismissJob = """
        update pawl.job_state set dismissed_at = $1, row_version = row_version + 1
        where id = $2 and state = 'failed' and (dismissed_at is null) = $3
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Changed>> DismissAsync(DismissRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            batch => EachAsync(request.Ids, id => DismissAsync(batch, id, request, Micros.Of(request.Now))),
            cancellationToken);

    private static async ValueTask<Changed> DismissAsync(Batch batch, JobId id, DismissRequest request, long now)
    {
        if (await Head.FindAsync(batch, id.Value).ConfigureAwait(false) is not { } head)
        {
            return new Changed(id, "not_found", null);
        }

        if (Transitions.Next(head.State, request.Dismiss ? JobEvent.Dismissed : JobEvent.Undismissed) is null)
        {
            return new Changed(id, "not_dismissable", head.State);
        }

        if ((head.DismissedAt is null) == request.Dismiss)
        {
            batch.Db.Use(DismissJob).Bind(request.Dismiss ? now : (long?)null).Bind(id).Bind(request.Dismiss).Later();
            batch.Die(head.Line, request.Dismiss ? -1 : 1, id.Value);
            batch.JobEvent(
                request.Dismiss ? EventKind.Dismissed : EventKind.Undismissed, id.Value, head.Generation, head.Attempt, null, null,
                now, request.By, request.Note);
            Audit(batch, now, id, new(request.Dismiss ? "job.dismiss" : "job.undismiss", request.By, Detail: request.Note));
        }

        return new Changed(id, null, head.State);
    }
}
