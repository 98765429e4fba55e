using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string BulkColumns =
        "id, action, state, ordered, newest, reached, total, changed, skipped, failed, errors, by, created_at, ended_at";

    private const string SelectBulk = "select " + BulkColumns + " from bulk where id = @id";
    private const string SelectBulks = "select " + BulkColumns + " from bulk where id < @before order by id desc limit @limit";
    private const string SelectRunningBulks = "select " + BulkColumns + " from bulk where state = 'running' order by id limit @limit";
    private const string InsertBulk = """
        insert into bulk (action, state, ordered, newest, total, by, created_at)
        values (@action, 'running', @ordered, coalesce((select max(id) from job), 0), @total, @by, @now)
        """;

    private const string LastBulk = "select max(id) from bulk";

    private const string SaveBulk = """
        update bulk set reached = @reached, changed = @changed, skipped = @skipped, failed = @failed, errors = @errors
        where id = @id and state = 'running'
        """;

    private const string EndBulk = "update bulk set state = @state, ended_at = @now, total = changed + skipped + failed where id = @id";

    /// <inheritdoc/>
    public async ValueTask<BulkOperation> MakeBulkAsync(NewBulk bulk, CancellationToken cancellationToken)
    {
        var made = await WriteAsync(
            batch =>
            {
                batch.Db.Use(InsertBulk).Bind(Words.Of(bulk.Action)).Bind(BulkJson.Write(BulkOrder.Of(bulk))).Bind(bulk.Total)
                    .Bind(bulk.By).Bind(bulk.Now).Run();
                var operation = BulkOf(batch.Db, batch.Db.Number(LastBulk))!;
                AuditBulk(batch, bulk.Now, bulk.By, operation, Words.Of(bulk.Action));
                return operation;
            },
            cancellationToken).ConfigureAwait(false);
        Wakeups.SayBulkMade();
        return made;
    }

    /// <inheritdoc/>
    public ValueTask<BulkOperation?> AdvanceBulkAsync(BulkSlice slice, CancellationToken cancellationToken) =>
        WriteAsync(batch => AdvanceBulk(batch, slice), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<BulkOperation?> CancelBulkAsync(long id, string? by, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync(
            batch =>
            {
                if (BulkOf(batch.Db, id) is { State: BulkState.Running } running)
                {
                    batch.Db.Use(EndBulk).Bind(Words.Of(BulkState.Cancelled)).Bind(now).Bind(id).Run();
                    AuditBulk(batch, now, by, running, "stop");
                }

                return BulkOf(batch.Db, id);
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<BulkOperation?> BulkAsync(long id, CancellationToken cancellationToken) =>
        ReadAsync(db => BulkOf(db, id), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<BulkOperation>> BulksAsync(BulkQuery query, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<BulkOperation>>(
            db =>
            {
                var operations = new List<BulkOperation>();
                var row = query.Running
                    ? db.Use(SelectRunningBulks).Bind((long)query.Limit)
                    : db.Use(SelectBulks).Bind(query.Before ?? long.MaxValue).Bind((long)query.Limit);
                while (row.Step())
                {
                    operations.Add(BulkOf(row));
                }

                return operations;
            },
            cancellationToken);

    private BulkOperation? AdvanceBulk(Batch batch, BulkSlice slice)
    {
        var now = Micros.Of(slice.Now);
        if (BulkOf(batch.Db, slice.Id) is not { State: BulkState.Running } before || before.Reached != slice.From
            || !Leads(batch.Db, slice.Term))
        {
            return null;
        }

        IReadOnlyList<Changed> changed = slice switch
        {
            { Cancel: { } cancel } => CancelAll(batch, cancel, now),
            { Retry: { } retry } => [.. retry.Ids.Select(id => Retry(batch, id, retry, now))],
            { Dismiss: { } dismiss } => [.. dismiss.Ids.Select(id => Dismiss(batch, id, dismiss, now))],
            { Purge: { } purge } => [.. purge.Ids.Select(id => Purge(batch, id, purge.By, now))],
            { Edit: { } edit } => [.. edit.Ids.Select(id => Edit(batch, id, edit, now))],
            _ => [],
        };
        var refused = changed
            .Where(static one => one.Refusal is not null).Select(static one => new BulkError(one.Id, one.Refusal!)).ToList();
        batch.Db.Use(SaveBulk)
            .Bind(slice.Reached)
            .Bind(before.Changed + changed.Count - refused.Count)
            .Bind(before.Skipped + refused.Count + slice.Skipped.Count)
            .Bind(before.Failed + slice.Failed.Count)
            .Bind(BulkJson.Write(before.Errors, slice.Failed.Concat(refused).Concat(slice.Skipped)))
            .Bind(slice.Id)
            .Run();
        if (slice.End is { } end)
        {
            batch.Db.Use(EndBulk).Bind(Words.Of(end)).Bind(slice.Now).Bind(slice.Id).Run();
        }

        return BulkOf(batch.Db, slice.Id);
    }

    private static void AuditBulk(Batch batch, DateTimeOffset now, string? by, BulkOperation operation, string action) => Audit(
        batch,
        Micros.Of(now),
        null,
        new(
            $"bulk.{action}",
            by,
            operation.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Detail: operation.Query ?? $"{operation.Ids?.Count} jobs by number"));

    private static BulkOperation? BulkOf(Connection db, long id)
    {
        var row = db.Use(SelectBulk).Bind(id);
        var operation = row.Step() ? BulkOf(row) : null;
        row.Reset();
        return operation;
    }

    private static BulkOperation BulkOf(Statement row) => BulkJson.Read(
        row.Long(0), row.Text(1), row.Text(2), row.Text(3), row.Long(4), row.LongOrNull(5),
        (row.Long(6), row.Long(7), row.Long(8), row.Long(9)), row.Text(10), row.TextOrNull(11), row.Time(12), row.TimeOrNull(13));
}
