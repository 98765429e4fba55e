using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SavePause = """
        insert into pause (queue, type, at, by, reason, until) values (@queue, @type, @now, @by, @reason, @until)
        on conflict do nothing
        """;

    private const string DropPause = "delete from pause where queue = @queue and type = @type";

    private const string SelectEndedPauses = "select queue, type from pause where until <= @now order by queue, type";

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
            ? batch.Db.Use(SavePause).Bind(queue).Bind(type).Bind(now).Bind(request.By).Bind(request.Reason)
                .Bind(request.Until).Run() == 1
            : batch.Db.Use(DropPause).Bind(queue).Bind(type).Run() == 1;
        if (changed)
        {
            batch.Queues.Load(batch.Db);
            var kind = request.Paused ? EventKind.Paused : EventKind.Resumed;
            batch.JobEvent(
                kind, 0, 0, 0, null, null, now, request.By, request.Reason, request.Queue is null ? $"type {type}" : $"queue {queue}");
            if (request.Queue is not null)
            {
                TouchQueue(batch, request.Queue);
            }

            if (request is { Paused: true, Until: { } until })
            {
                batch.Scheduled(until);   // the leader ends it then
            }

            Audit(batch, now, null, new(
                $"{(request.Queue is null ? "type" : "queue")}.{(request.Paused ? "pause" : "resume")}", request.By,
                request.Queue ?? request.Type, After: request.Paused ? AuditJson.Pause(request.Until) : null, Detail: request.Reason));
            batch.Runnable(LeastPriority);
        }

        return changed;
    }

    /// <summary>Ends the pauses whose time has come.</summary>
    private static void EndPauses(Batch batch, DateTimeOffset now)
    {
        var ended = new List<(string Queue, string Type)>();
        for (var row = batch.Db.Use(SelectEndedPauses).Bind(now); row.Step();)
        {
            ended.Add((row.Text(0), row.Text(1)));
        }

        foreach (var (queue, type) in ended)
        {
            Pause(batch, new PauseRequest(
                queue.Length == 0 ? null : queue, type.Length == 0 ? null : type, false, now, "engine", "its time was over"));
        }
    }
}
