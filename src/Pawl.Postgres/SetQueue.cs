using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string QueueColumns = """
        n.name, m.max_running, s.start_target_us, s.retry_share, s.ageing_share, s.ageing_after_us, coalesce(s.row_version, 1),
            p.at, p.by, p.reason, p.until
        """;

    private const string QueueSources = """
        left join pawl.queue_limit m on m.queue = n.name
        left join pawl.queue_setting s on s.queue = n.name
        left join pawl.pause p on p.queue = n.name and p.type = ''
        """;

    private const string SelectQueues = $"""
        with n as (
            select queue as name from pawl.line union select queue from pawl.queue_limit union select queue from pawl.queue_setting
            union select queue from pawl.pause where type = '')
        select {QueueColumns}
        from n
        {QueueSources}
        where n.name <> ''
        order by n.name
        """;

    private const string SelectQueue = $"select {QueueColumns} from (select $1::text as name) n {QueueSources}";
    private const string SelectPauseRows = "select queue, type, at, by, reason, until from pawl.pause order by queue, type";
    private const string SaveQueueSetting = """
        insert into pawl.queue_setting as q (queue, start_target_us, retry_share, ageing_share, ageing_after_us, row_version)
        values ($1, $2, $3, $4, $5, 2)
        on conflict (queue) do update set
            start_target_us = excluded.start_target_us, retry_share = excluded.retry_share, ageing_share = excluded.ageing_share,
            ageing_after_us = excluded.ageing_after_us, row_version = q.row_version + 1
        """;

    private const string SaveQueueVersion = """
        insert into pawl.queue_setting as q (queue, row_version) values ($1, 2)
        on conflict (queue) do update set row_version = q.row_version + 1
        """;

    /// <inheritdoc/>
    public ValueTask<SetQueueReply> SetQueueAsync(SetQueueRequest request, CancellationToken cancellationToken)
    {
        QueueBounds.Check(request.Settings);
        return WriteAsync(batch => SetQueueAsync(batch, request), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueueRow>> QueuesAsync(CancellationToken cancellationToken) =>
        ReadOneAsync<IReadOnlyList<QueueRow>>(
            async db => await db.Use(SelectQueues).ListAsync(QueueOf).ConfigureAwait(false), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<PauseRow>> PausesAsync(CancellationToken cancellationToken) =>
        ReadOneAsync<IReadOnlyList<PauseRow>>(
            async db => await db.Use(SelectPauseRows).ListAsync(static row =>
            {
                var (queue, type) = (row.Text(0), row.Text(1));
                return new PauseRow(
                    queue.Length == 0 ? null : queue, type.Length == 0 ? null : type, row.Time(2), row.TextOrNull(3), row.TextOrNull(4),
                    row.TimeOrNull(5));
            }).ConfigureAwait(false),
            cancellationToken);

    private static async ValueTask<SetQueueReply> SetQueueAsync(Batch batch, SetQueueRequest request)
    {
        // There may be no row yet to lock.
        await KeyLock.TakeAsync(batch, [KeyLock.Of("queue settings", request.Queue)]).ConfigureAwait(false);
        var before = (await batch.Db.Use(SelectQueue).Bind(request.Queue).FirstAsync(QueueOf).ConfigureAwait(false))!;
        if (request.RowVersion is { } seen && seen != before.RowVersion)
        {
            return new SetQueueReply(false, before.RowVersion);
        }

        var settings = request.Settings;
        if (settings == before.Settings)
        {
            return new SetQueueReply(true, before.RowVersion);
        }

        batch.Db.Use(SaveQueueSetting).Bind(request.Queue).Bind(settings.StartTarget).Bind(settings.RetryShare).Bind(settings.AgeingShare)
            .Bind(settings.AgeingAfter).Later();
        if (settings.MaxRunning is { } most)
        {
            batch.Db.Use(SaveQueueLimit).Bind(request.Queue).Bind(most).Later();
        }
        else
        {
            batch.Db.Use(DropQueueLimit).Bind(request.Queue).Later();
        }

        Audit(batch, Micros.Of(request.Now), null, new(
            "queue.limits", request.By, request.Queue, AuditJson.Queue(before.Settings), AuditJson.Queue(settings)));
        batch.Runnable(LeastPriority);
        return new SetQueueReply(true, before.RowVersion + 1);
    }

    /// <summary>Counts a change of a queue.</summary>
    private static async ValueTask TouchQueueAsync(Batch batch, string queue)
    {
        await KeyLock.TakeAsync(batch, [KeyLock.Of("queue settings", queue)]).ConfigureAwait(false);
        batch.Db.Use(SaveQueueVersion).Bind(queue).Later();
    }

    private static QueueRow QueueOf(Row row) => new(
        row.Text(0),
        new QueueSettings
        {
            MaxRunning = row.IntOrNull(1),
            StartTarget = row.LengthOrNull(2),
            RetryShare = row.DoubleOrNull(3),
            AgeingShare = row.DoubleOrNull(4),
            AgeingAfter = row.LengthOrNull(5),
        },
        row.Long(6),
        row.IsNull(7) ? null : new PauseRow(row.Text(0), null, row.Time(7), row.TextOrNull(8), row.TextOrNull(9), row.TimeOrNull(10)));
}
