using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string BulkColumns =
        "id, action, state, ordered, newest, reached, total, changed, skipped, failed, errors, by, created_at, ended_at";

    private const string SelectBulk = "select " + BulkColumns + " from pawl.bulk where id = $1";
    private const string LockBulk = "select " + BulkColumns + " from pawl.bulk where id = $1 for update";
    private const string SelectBulks = "select " + BulkColumns + " from pawl.bulk where id < $1 order by id desc limit $2";
    private const string SelectRunningBulks = "select " + BulkColumns + " from pawl.bulk where state = 'running' order by id limit $1";
    private const string InsertBulk = """
        insert into pawl.bulk (action, state, ordered, newest, total, by, created_at)
        values ($1, 'running', $2, coalesce((select max(id) from pawl.job), 0), $3, $4, $5)
        returning
        """ + " " + BulkColumns;

    private const string SaveBulk = """
        update pawl.bulk set reached = $1, changed = $2, skipped = $3, failed = $4, errors = $5 where id = $6 and state = 'running'
        """;

    private const string EndBulk = """
        update pawl.bulk set state = $1, ended_at = $2, total = changed + skipped + failed where id = $3 and state = 'running'
        """;

    /// <inheritdoc/>
    public async ValueTask<BulkOperation> MakeBulkAsync(NewBulk bulk, CancellationToken cancellationToken)
    {
        var made = await WriteAsync(
            async batch =>
            {
                var operation = (await batch.Db.Use(InsertBulk).Bind(Words.Of(bulk.Action)).Bind(BulkJson.Write(BulkOrder.Of(bulk)))
                    .Bind(bulk.Total).Bind(bulk.By).Bind(bulk.Now).FirstAsync(BulkOf).ConfigureAwait(false))!;
                AuditBulk(batch, bulk.Now, bulk.By, operation, Words.Of(bulk.Action));
                return operation;
            },
            cancellationToken).ConfigureAwait(false);
        Wakeups.SayBulkMade();
        return made;
    }

    /// <inheritdoc/>
    public ValueTask<BulkOperation?> AdvanceBulkAsync(BulkSlice slice, CancellationToken cancellationToken) =>
        WriteAsync(batch => AdvanceBulkAsync(batch, slice), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<BulkOperation?> CancelBulkAsync(long id, string? by, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync(
            async batch =>
            {
                var before = await batch.Db.Use(LockBulk).Bind(id).FirstAsync(BulkOf).ConfigureAwait(false);
                if (before is not { State: BulkState.Running })
                {
                    return before;
                }

                batch.Db.Use(EndBulk).Bind(Words.Of(BulkState.Cancelled)).Bind(now).Bind(id).Later();
                AuditBulk(batch, now, by, before, "stop");
                return await batch.Db.Use(SelectBulk).Bind(id).FirstAsync(BulkOf).ConfigureAwait(false);
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<BulkOperation?> BulkAsync(long id, CancellationToken cancellationToken) =>
        ReadOneAsync(db => db.Use(SelectBulk).Bind(id).FirstAsync(BulkOf), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<BulkOperation>> BulksAsync(BulkQuery query, CancellationToken cancellationToken) =>
        ReadOneAsync<IReadOnlyList<BulkOperation>>(
            async db => await (query.Running
                ? db.Use(SelectRunningBulks).Bind(query.Limit)
                : db.Use(SelectBulks).Bind(query.Before ?? long.MaxValue).Bind(query.Limit)).ListAsync(BulkOf).ConfigureAwait(false),
            cancellationToken);

    private static async ValueTask<BulkOperation?> AdvanceBulkAsync(Batch batch, BulkSlice slice)
    {
        var now = Micros.Of(slice.Now);
        if (!await LeadsAsync(batch.Db, slice.Term).ConfigureAwait(false)
            || await batch.Db.Use(LockBulk).Bind(slice.Id).FirstAsync(BulkOf).ConfigureAwait(false)
                is not { State: BulkState.Running } before
            || before.Reached != slice.From)
        {
            return null;
        }

        var changed = slice switch
        {
            { Cancel: { } cancel } => await CancelAllAsync(batch, cancel, now).ConfigureAwait(false),
            { Retry: { } retry } => await EachAsync(retry.Ids, id => RetryAsync(batch, id, retry, now)).ConfigureAwait(false),
            { Dismiss: { } dismiss } => await EachAsync(dismiss.Ids, id => DismissAsync(batch, id, dismiss, now)).ConfigureAwait(false),
            { Purge: { } purge } => await EachAsync(purge.Ids, id => PurgeAsync(batch, id, purge.By, now)).ConfigureAwait(false),
            { Edit: { } edit } => await EachAsync(edit.Ids, id => EditAsync(batch, id, edit, now)).ConfigureAwait(false),
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
            .Later();
        if (slice.End is { } end)
        {
            batch.Db.Use(EndBulk).Bind(Words.Of(end)).Bind(slice.Now).Bind(slice.Id).Later();
        }

        return await batch.Db.Use(SelectBulk).Bind(slice.Id).FirstAsync(BulkOf).ConfigureAwait(false);
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

    private static BulkOperation BulkOf(Row row) => BulkJson.Read(
        row.Long(0), row.Text(1), row.Text(2), row.Text(3), row.Long(4), row.LongOrNull(5),
        (row.Long(6), row.Long(7), row.Long(8), row.Long(9)), row.Text(10), row.TextOrNull(11), row.Time(12), row.TimeOrNull(13));
}
