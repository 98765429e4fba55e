using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SaveQueueLimit = """
        insert into queue_limit (queue, max_running) values (@queue, @max)
        on conflict (queue) do update set max_running = excluded.max_running
        """;

    private const string DropQueueLimit = "delete from queue_limit where queue = @queue";
    private const string SaveKeyLimit = """
        insert into key_limit (key, max_running) values (@key, @max)
        on conflict (key) do update set max_running = excluded.max_running
        """;

    private const string DropKeyLimit = "delete from key_limit where key = @key";

    private const string SelectQueueLimit = "select max_running from queue_limit where queue = @queue";
    private const string SelectKeyLimit = "select max_running from key_limit where key = @key";

    /// <inheritdoc/>
    public async ValueTask LimitAsync(LimitRequest request, CancellationToken cancellationToken)
    {
        if ((request.Queue is null) == (request.Key is null))
        {
            throw new ArgumentException("Name a queue or a concurrency key to limit, and not both.");
        }

        if (request.MaxRunning is < 1)
        {
            throw new PawlException(
                "out_of_range",
                $"max_running must be 1 or more, but was {request.MaxRunning}. Leave it out for the default.");
        }

        await WriteAsync(batch => Limit(batch, request), cancellationToken).ConfigureAwait(false);
    }

    private static bool Limit(Batch batch, LimitRequest request)
    {
        var before = LimitOf(batch.Db, request);
        _ = request switch
        {
            { Queue: { } queue, MaxRunning: { } most } => batch.Db.Use(SaveQueueLimit).Bind(queue).Bind(most).Run(),
            { Queue: { } queue } => batch.Db.Use(DropQueueLimit).Bind(queue).Run(),
            { Key: { } key, MaxRunning: { } most } => batch.Db.Use(SaveKeyLimit).Bind(key).Bind(most).Run(),
            _ => batch.Db.Use(DropKeyLimit).Bind(request.Key).Run(),
        };
        batch.Queues.Load(batch.Db);
        for (var freed = 0; request.Key is not null && freed < (request.MaxRunning ?? 1); freed++)
        {
            FreeKey(batch, request.Key);   // more room: as many of those that wait may step back into their lines
        }

        if (request.Queue is not null)
        {
            TouchQueue(batch, request.Queue);
        }

        Audit(batch, Micros.Of(request.Now), null, new(
            request.Queue is null ? "limit.set" : "queue.limits", request.By, request.Queue ?? request.Key, AuditJson.Limit(before),
            AuditJson.Limit(request.MaxRunning)));
        batch.Runnable(LeastPriority);
        return true;
    }

    private static int? LimitOf(Connection db, LimitRequest request)
    {
        var row = request.Queue is { } queue ? db.Use(SelectQueueLimit).Bind(queue) : db.Use(SelectKeyLimit).Bind(request.Key);
        int? most = row.Step() ? row.Int(0) : null;
        row.Reset();
        return most;
    }
}
