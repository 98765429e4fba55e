using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string LedgerColumns = """
        key, dataset, input_hash, parts, options_hash, upstream_hash, output_hash,
            last_outcome, succeeded_at, failed_at, failures, error, outputs, metrics, job_id, attempt, updated_at
        """;

    private const string SelectLedger = $"""
        select {LedgerColumns} from item
        where dataset = @dataset and key > @after and key >= @from and key < @to and (@outcome is null or last_outcome = @outcome)
        order by key limit @limit
        """;

    private const string SelectFailedLedger = $"""
        select {LedgerColumns} from item
        where dataset = @dataset and key > @after and key >= @from and key < @to and last_outcome = 'failed'
        order by key limit @limit
        """;

    private const string SelectDatasets = "select name, succeeded, failed, updated_at from dataset order by name";

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ItemRow>> LedgerAsync(LedgerQuery query, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<ItemRow>>(
            db =>
            {
                var (from, to) = KeyRange.Of(query.Prefix);
                var failed = query.Outcome == ItemOutcome.Failed;
                var row = db.Use(failed ? SelectFailedLedger : SelectLedger);
                row.Bind(query.Dataset).Bind(query.After ?? "").Bind(from).Bind(to);
                row = failed ? row : row.Bind(Words.Of(query.Outcome));
                var rows = new List<ItemRow>();
                for (row.Bind(query.Limit); row.Step();)
                {
                    rows.Add(ItemOf(row));
                }

                return rows;
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DatasetRow>> DatasetsAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<DatasetRow>>(
            db =>
            {
                var datasets = new List<DatasetRow>();
                for (var row = db.Use(SelectDatasets); row.Step();)
                {
                    datasets.Add(new DatasetRow(row.Text(0), row.Long(1), row.Long(2), row.Time(3)));
                }

                return datasets;
            },
            cancellationToken);
}
