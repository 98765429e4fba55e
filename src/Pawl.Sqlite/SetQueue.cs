using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string QueueColumns = """
        n.name, m.max_running, s.start_target_us, s.retry_share, s.ageing_share, s.ageing_after_us, coalesce(s.row_version, 1),
            p.at, p.by, p.reason, p.until
        """;

    private const string QueueSources = """
        left join queue_limit m on m.queue = n.name
        left join queue_setting s on s.queue = n.name
        left join pause p on p.queue = n.name and p.type = ''
        """;

    private const string SelectQueues = $"""
        with n as (
            select queue as name from line union select queue from queue_limit union select queue from queue_setting
            union select queue from pause where type = '')
        select {QueueColumns}
        from n
        {QueueSources}
        where n.name <> ''
        order by n.name
        """;

    private const string SelectQueue = $"with n as (select @queue as name) select {QueueColumns} from n {QueueSources}";
    private const string SelectPauseRows = "select queue, type, at, by, reason, until from pause order by queue, type";
    private const string SaveQueueSetting = """
        insert into queue_setting (queue, start_target_us, retry_share, ageing_share, ageing_after_us, row_version)
        values (@queue, @start, @retry, @share, @after, 2)
        on conflict (queue) do update set
            start_target_us = excluded.start_target_us, retry_share = excluded.retry_share, ageing_share = excluded.ageing_share,
            ageing_after_us = excluded.ageing_after_us, row_version = row_version + 1
        """;

    private const string SaveQueueVersion = """
        insert into queue_setting (queue, row_version) values (@queue, 2) on conflict (queue) do update set row_version = row_version + 1
        """;

    /// <inheritdoc/>
    public ValueTask<SetQueueReply> SetQueueAsync(SetQueueRequest request, CancellationToken cancellationToken)
    {
        QueueBounds.Check(request.Settings);
        return WriteAsync(batch => SetQueue(batch, request), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueueRow>> QueuesAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<QueueRow>>(
            db =>
            {
                var queues = new List<QueueRow>();
                for (var row = db.Use(SelectQueues); row.Step();)
                {
                    queues.Add(QueueOf(row));
                }

                return queues;
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<PauseRow>> PausesAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<PauseRow>>(
            db =>
            {
                var pauses = new List<PauseRow>();
                for (var row = db.Use(SelectPauseRows); row.Step();)
                {
                    var (queue, type) = (row.Text(0), row.Text(1));
                    pauses.Add(new PauseRow(
                        queue.Length == 0 ? null : queue, type.Length == 0 ? null : type, row.Time(2), row.TextOrNull(3), row.TextOrNull(4),
                        row.TimeOrNull(5)));
                }

                return pauses;
            },
            cancellationToken);

    private static SetQueueReply SetQueue(Batch batch, SetQueueRequest request)
    {
        var row = batch.Db.Use(SelectQueue).Bind(request.Queue);
        row.Step();
        var before = QueueOf(row);
        row.Reset();
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
            .Bind(settings.AgeingAfter).Run();
        _ = settings.MaxRunning is { } most
            ? batch.Db.Use(SaveQueueLimit).Bind(request.Queue).Bind(most).Run()
            : batch.Db.Use(DropQueueLimit).Bind(request.Queue).Run();
        batch.Queues.Load(batch.Db);
        Audit(batch, Micros.Of(request.Now), null, new(
            "queue.limits", request.By, request.Queue, AuditJson.Queue(before.Settings), AuditJson.Queue(settings)));
        batch.Runnable(LeastPriority);
        return new SetQueueReply(true, before.RowVersion + 1);
    }

    /// <summary>Counts a change of a queue.</summary>
    private static void TouchQueue(Batch batch, string queue) => batch.Db.Use(SaveQueueVersion).Bind(queue).Run();

    private static QueueRow QueueOf(Statement row) => new(
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
