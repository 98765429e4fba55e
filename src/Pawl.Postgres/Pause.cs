using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SavePause = """
        insert into pawl.pause (queue, type, at, by, reason) values ($1, $2, $3, $4, $5) on conflict do nothing
        """;

    private const string DropPause = "delete from pawl.pause where queue = $1 and type = $2";

    /// <inheritdoc/>
    public async ValueTask PauseAsync(PauseRequest request, CancellationToken cancellationToken)
    {
        if ((request.Queue is null) == (request.Type is null))
        {
            throw new ArgumentException("Name a queue or a type to pause, and not both.");
        }

        await WriteAsync(batch => PauseAsync(batch, request), cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<bool> PauseAsync(Batch batch, PauseRequest request)
    {
        var now = Micros.Of(request.Now);
        var (queue, type) = (request.Queue ?? "", request.Type ?? "");   // the empty name stands for all
        var change = request.Paused
            ? batch.Db.Use(SavePause).Bind(queue).Bind(type).Bind(now).Bind(request.By).Bind(request.Reason)
            : batch.Db.Use(DropPause).Bind(queue).Bind(type);
        var changed = await change.RunAsync().ConfigureAwait(false) == 1;
        if (changed)
        {
            var what = request.Queue is null ? $"type {type}" : $"queue {queue}";
            var kind = request.Paused ? EventKind.Paused : EventKind.Resumed;
            batch.JobEvent(kind, 0, 0, 0, null, null, now, request.By, request.Reason, what);
            Audit(batch.Db, now, request.By, request.Paused ? "pause" : "resume", null, null, what, request.Reason);
            batch.Runnable(LeastPriority);
        }

        return changed;
    }
}
