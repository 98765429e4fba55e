using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SaveQueueLimit = """
        insert into pawl.queue_limit (queue, max_running) values ($1, $2)
        on conflict (queue) do update set max_running = excluded.max_running
        """;

    private const string DropQueueLimit = "delete from pawl.queue_limit where queue = $1";
    private const string SaveKeyLimit = """
        insert into pawl.key_limit (key, max_running) values ($1, $2)
        on conflict (key) do update set max_running = excluded.max_running
        """;

    private const string DropKeyLimit = "delete from pawl.key_limit where key = $1";
    private const string LockQueueLimit = "select max_running from pawl.queue_limit where queue = $1 for update";
    private const string LockKeyLimit = "select max_running from pawl.key_limit where key = $1 for update";
    private const string CountHeld = """
        select count(*) from (
            select 1 from pawl.job_state where concurrency_key = $1 and held is not null limit $2) as waiting
        """;

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

        await WriteAsync(batch => LimitAsync(batch, request), cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<bool> LimitAsync(Batch batch, LimitRequest request)
    {
        if (request.Key is { } limited)
        {
            // Under the key's lock, or a claim that has seen the key full could hold a job just after this has looked for those that wait.
            await KeyLock.TakeAsync(batch, [KeyLock.Of("concurrency", limited)]).ConfigureAwait(false);
        }

        var before = await LimitOfAsync(batch.Db, request).ConfigureAwait(false);
        var change = request switch
        {
            { Queue: { } queue, MaxRunning: { } most } => batch.Db.Use(SaveQueueLimit).Bind(queue).Bind(most),
            { Queue: { } queue } => batch.Db.Use(DropQueueLimit).Bind(queue),
            { Key: { } key, MaxRunning: { } most } => batch.Db.Use(SaveKeyLimit).Bind(key).Bind(most),
            _ => batch.Db.Use(DropKeyLimit).Bind(request.Key),
        };
        await change.RunAsync().ConfigureAwait(false);
        for (var left = await MayGoAsync(batch.Db, request).ConfigureAwait(false); left > 0; left--)
        {
            await FreeKeyAsync(batch, request.Key).ConfigureAwait(false);
        }

        if (request.Queue is not null)
        {
            await TouchQueueAsync(batch, request.Queue).ConfigureAwait(false);
        }

        Audit(batch, Micros.Of(request.Now), null, new(
            request.Queue is null ? "limit.set" : "queue.limits", request.By, request.Queue ?? request.Key, AuditJson.Limit(before),
            AuditJson.Limit(request.MaxRunning)));
        batch.Runnable(LeastPriority);
        return true;
    }

    private static async ValueTask<int?> LimitOfAsync(Session db, LimitRequest request)
    {
        var row = request.Queue is { } queue ? db.Use(LockQueueLimit).Bind(queue) : db.Use(LockKeyLimit).Bind(request.Key);
        return await row.ValueAsync(static row => row.Int(0)).ConfigureAwait(false);
    }

    /// <summary>More room: as many of those that wait for a key may step back into their lines.</summary>
    private static async ValueTask<long> MayGoAsync(Session db, LimitRequest request) => request.Key is null
        ? 0
        : await db.Use(CountHeld).Bind(request.Key).Bind(request.MaxRunning ?? 1).NumberAsync().ConfigureAwait(false) ?? 0;
}
