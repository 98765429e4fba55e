using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string LedgerColumns = """
        key, dataset, input_hash, parts, options_hash, upstream_hash, output_hash,
            last_outcome, succeeded_at, failed_at, failures, error, outputs, metrics, job_id, attempt, updated_at
        """;

    private const string SelectLedger = $"""
        select {LedgerColumns} from pawl.item
        where dataset = $1 and key > $2 and key >= $3 and key < $4 and ($5::text is null or last_outcome = $5)
        order by key limit $6
        """;

    private const string SelectFailedLedger = $"""
        select {LedgerColumns} from pawl.item
        where dataset = $1 and key > $2 and key >= $3 and key < $4 and last_outcome = 'failed'
        order by key limit $5
        """;

    private const string SelectDatasets = """
        select name, sum(succeeded)::bigint, sum(failed)::bigint, max(at)
        from (
            select name, succeeded, failed, updated_at as at from pawl.dataset
            union all
            select name, succeeded, failed, at from pawl.dataset_in) counted
        group by name
        order by name collate "C"
        """;

    private const string FoldDatasets = """
        with taken as (
            delete from pawl.dataset_in where id in (select id from pawl.dataset_in order by id limit $1)
            returning name, succeeded, failed, at
        ), counted as (
            insert into pawl.dataset as kept (name, succeeded, failed, updated_at)
            select name, sum(succeeded), sum(failed), max(at) from taken group by name
            on conflict (name) do update set succeeded = kept.succeeded + excluded.succeeded, failed = kept.failed + excluded.failed,
                updated_at = greatest(kept.updated_at, excluded.updated_at)
        )
        select count(*) from taken
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ItemRow>> LedgerAsync(LedgerQuery query, CancellationToken cancellationToken) =>
        ReadOneAsync<IReadOnlyList<ItemRow>>(
            async db =>
            {
                var (from, to) = KeyRange.Of(query.Prefix);
                var failed = query.Outcome == ItemOutcome.Failed;
                var rows = db.Use(failed ? SelectFailedLedger : SelectLedger);
                rows.Bind(query.Dataset).Bind(query.After ?? "").Bind(from).Bind(to);
                rows = failed ? rows : rows.Bind(Words.Of(query.Outcome));
                return await rows.Bind(query.Limit).ListAsync(ItemOf).ConfigureAwait(false);
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DatasetRow>> DatasetsAsync(CancellationToken cancellationToken) =>
        ReadOneAsync<IReadOnlyList<DatasetRow>>(
            async db => await db.Use(SelectDatasets).ListAsync(static row => new DatasetRow(
                row.Text(0), row.Long(1), row.Long(2), row.Time(3))).ConfigureAwait(false),
            cancellationToken);
}
