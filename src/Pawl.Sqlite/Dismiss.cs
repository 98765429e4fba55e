using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string DismissJob = """
        update job set dismissed_at = @at, row_version = row_version + 1
        where id = @id and state = 'failed' and (dismissed_at is null) = @was_open
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Changed>> DismissAsync(DismissRequest request, CancellationToken cancellationToken) =>
        WriteAsync<IReadOnlyList<Changed>>(
            batch => [.. request.Ids.Select(id => Dismiss(batch, id, request, Micros.Of(request.Now)))],
            cancellationToken);

    private static Changed Dismiss(Batch batch, JobId id, DismissRequest request, long now)
    {
        if (Head.Find(batch, id.Value) is not { } head)
        {
            return new Changed(id, "not_found", null);
        }

        if (Transitions.Next(head.State, request.Dismiss ? JobEvent.Dismissed : JobEvent.Undismissed) is null)
        {
            return new Changed(id, "not_dismissable", head.State);
        }

        if (batch.Db.Use(DismissJob).Bind(request.Dismiss ? now : null).Bind(id).Bind(request.Dismiss).Run() == 1)
        {
            batch.Die(head.Line, request.Dismiss ? -1 : 1, id.Value);
            batch.JobEvent(
                request.Dismiss ? EventKind.Dismissed : EventKind.Undismissed, id.Value, head.Generation, head.Attempt, null, null,
                now, request.By, request.Note);
            Audit(batch, now, id, new(request.Dismiss ? "job.dismiss" : "job.undismiss", request.By, Detail: request.Note));
        }

        return new Changed(id, null, head.State);
    }
}
