using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SavePause = """
        insert into pause (queue, type, at, by, reason) values (@queue, @type, @now, @by, @reason) on conflict do nothing
        """;

    private const string DropPause = "delete from pause where queue = @queue and type = @type";

    /// <inheritdoc/>
    public async ValueTask PauseAsync(PauseRequest request, CancellationToken cancellationToken)
    {
        if ((request.Queue is null) == (request.Type is null))
        {
            throw new ArgumentException("Name a queue or a type to pause, and not both.");
        }

        await WriteAsync(batch => Pause(batch, request), cancellationToken).ConfigureAwait(false);
    }

    private static bool Pause(Batch batch, PauseRequest request)
    {
        var now = Micros.Of(request.Now);
        var (queue, type) = (request.Queue ?? "", request.Type ?? "");   // the empty name stands for all
        var changed = request.Paused
            ? batch.Db.Use(SavePause).Bind(queue).Bind(type).Bind(now).Bind(request.By).Bind(request.Reason).Run() == 1
            : batch.Db.Use(DropPause).Bind(queue).Bind(type).Run() == 1;
        if (changed)
        {
            batch.Queues.Load(batch.Db);
            var what = request.Queue is null ? $"type {type}" : $"queue {queue}";
            var kind = request.Paused ? EventKind.Paused : EventKind.Resumed;
            batch.JobEvent(kind, 0, 0, 0, null, null, now, request.By, request.Reason, what);
            Audit(batch.Db, now, request.By, request.Paused ? "pause" : "resume", null, null, what, request.Reason);
            batch.Runnable(LeastPriority);
        }

        return changed;
    }
}
