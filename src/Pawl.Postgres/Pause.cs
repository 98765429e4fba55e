using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SavePause = """
        insert into pawl.pause (queue, type, at, by, reason, until) values ($1, $2, $3, $4, $5, $6) on conflict do nothing
        """;

    private const string DropPause = "delete from pawl.pause where queue = $1 and type = $2";

    private const string SelectEndedPauses = "select queue, type from pawl.pause where until <= $1 order by queue, type";

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
            ? batch.Db.Use(SavePause).Bind(queue).Bind(type).Bind(now).Bind(request.By).Bind(request.Reason).Bind(request.Until)
            : batch.Db.Use(DropPause).Bind(queue).Bind(type);
        var changed = await change.RunAsync().ConfigureAwait(false) == 1;
        if (changed)
        {
            var kind = request.Paused ? EventKind.Paused : EventKind.Resumed;
            batch.JobEvent(
                kind, 0, 0, 0, null, null, now, request.By, request.Reason, request.Queue is null ? $"type {type}" : $"queue {queue}");
            if (request.Queue is not null)
            {
                await TouchQueueAsync(batch, request.Queue).ConfigureAwait(false);
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
    private static async ValueTask EndPausesAsync(Batch batch, DateTimeOffset now)
    {
        var ended = await batch.Db.Use(SelectEndedPauses).Bind(now).ListAsync(static row => (Queue: row.Text(0), Type: row.Text(1)))
            .ConfigureAwait(false);
        foreach (var (queue, type) in ended)
        {
            await PauseAsync(batch, new PauseRequest(
                queue.Length == 0 ? null : queue, type.Length == 0 ? null : type, false, now, "engine", "its time was over"))
                .ConfigureAwait(false);
        }
    }
}
