using System.Text.Json;
using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SaveSuccess = """
        insert into item (dataset, key, input_hash, parts, options_hash, upstream_hash, output_hash,
            last_outcome, succeeded_at, failures, error, outputs, metrics, job_id, attempt, updated_at)
        values (@dataset, @key, @input, @parts, @options, @upstream, @output,
            'succeeded', @now, 0, null, @outputs, @metrics, @job, @attempt, @now)
        on conflict (dataset, key) do update set
            input_hash = excluded.input_hash, parts = excluded.parts, options_hash = excluded.options_hash,
            upstream_hash = excluded.upstream_hash, output_hash = excluded.output_hash,
            last_outcome = excluded.last_outcome, succeeded_at = excluded.succeeded_at, failures = 0, error = null,
            outputs = excluded.outputs, metrics = excluded.metrics,
            job_id = excluded.job_id, attempt = excluded.attempt, updated_at = excluded.updated_at
        """;

    // the hashes of the last success stay: whether it is fresh and how it went last are two questions
    private const string SaveFailure = """
        insert into item (dataset, key, last_outcome, failed_at, failures, error, job_id, attempt, updated_at)
        values (@dataset, @key, 'failed', @now, 1, @error, @job, @attempt, @now)
        on conflict (dataset, key) do update set
            last_outcome = excluded.last_outcome, failed_at = excluded.failed_at, failures = failures + 1, error = excluded.error,
            job_id = excluded.job_id, attempt = excluded.attempt, updated_at = excluded.updated_at
        """;

    private const string InsertItemRun = """
        insert into item_run (job_id, attempt, dataset, key, outcome, input_hash, parts, options_hash, upstream_hash, output_hash,
            error, outputs, metrics, at)
        values (@job, @attempt, @dataset, @key, @outcome, @input, @parts, @options, @upstream, @output,
            @error, @outputs, @metrics, @now)
        """;

    // one query for up to 1,000 keys: the keys come as one JSON array
    private const string SelectItems = """
        select w.key, i.dataset, i.input_hash, i.parts, i.options_hash, i.upstream_hash, i.output_hash,
            i.last_outcome, i.succeeded_at, i.failed_at, i.failures, i.error, i.outputs, i.metrics, i.job_id, i.attempt, i.updated_at
        from (select key as place, value as key from json_each(@keys)) w
        left join item i on i.dataset = @dataset and i.key = w.key
        order by w.place
        """;

    private const string SelectRunsOfJob = """
        select job_id, attempt, dataset, key, outcome, input_hash, parts, options_hash, upstream_hash, output_hash,
            error, outputs, metrics, at, id
        from item_run
        where job_id = @job and id < @before and (@outcome is null or outcome = @outcome)
        order by id desc limit @limit
        """;

    private const string SelectRunsOfKey = """
        select job_id, attempt, dataset, key, outcome, input_hash, parts, options_hash, upstream_hash, output_hash,
            error, outputs, metrics, at, id
        from item_run
        where dataset = @dataset and key = @key and (@job is null or job_id = @job) and id < @before
            and (@outcome is null or outcome = @outcome)
        order by id desc limit @limit
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ItemRow?>> ItemsAsync(string dataset, IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<ItemRow?>>(
            db =>
            {
                var rows = new List<ItemRow?>(keys.Count);
                var json = JsonSerializer.SerializeToUtf8Bytes(keys, StoreJson.Default.IReadOnlyListString);
                for (var row = db.Use(SelectItems).BindText(json).Bind(dataset); row.Step();)
                {
                    rows.Add(row.IsNull(1) ? null : ItemOf(row));
                }

                return rows;
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ItemRun>> ItemRunsAsync(ItemRunQuery query, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<ItemRun>>(
            db =>
            {
                var runs = new List<ItemRun>();
                var statement = query is { Job: { } job, Key: null }
                    ? db.Use(SelectRunsOfJob).Bind(job)
                    : db.Use(SelectRunsOfKey).Bind(query.Dataset).Bind(query.Key).Bind(query.Job);
                for (statement.Bind(query.Before ?? long.MaxValue).Bind(Words.Of(query.Outcome)).Bind(query.Limit); statement.Step();)
                {
                    runs.Add(RunOf(statement));
                }

                return runs;
            },
            cancellationToken);

    private static void SaveItems(Connection db, AttemptSave save, long now)
    {
        var (job, attempt, _) = save.Lease;
        var tally = new LedgerTally();
        foreach (var item in save.Items)
        {
            var (parts, error, metrics) = (StoreJson.Write(item.Parts), StoreJson.Write(item.Error), StoreJson.Write(item.Metrics));
            tally.Add(db, item);
            if (item.Outcome == ItemOutcome.Succeeded)
            {
                db.Use(SaveSuccess).Bind(item.Dataset).Bind(item.Key).Bind(item.InputHash).Bind(parts).Bind(item.OptionsHash)
                    .Bind(item.UpstreamHash).Bind(item.OutputHash)
                    .Bind(now).BindText(item.Outputs).Bind(metrics).Bind(job).Bind(attempt).Run();
            }
            else if (item.Outcome == ItemOutcome.Failed)
            {
                db.Use(SaveFailure).Bind(item.Dataset).Bind(item.Key).Bind(now).Bind(error).Bind(job).Bind(attempt).Run();
            }

            db.Use(InsertItemRun).Bind(job).Bind(attempt).Bind(item.Dataset).Bind(item.Key).Bind(Words.Of(item.Outcome))
                .Bind(item.InputHash).Bind(parts).Bind(item.OptionsHash).Bind(item.UpstreamHash).Bind(item.OutputHash)
                .Bind(error).BindText(item.Outputs).Bind(metrics).Bind(now).Run();
        }

        tally.Flush(db, now);
    }

    private static ItemRow ItemOf(Statement row) => new()
    {
        Key = row.Text(0),
        Dataset = row.Text(1),
        InputHash = row.TextOrNull(2),
        Parts = StoreJson.ReadWords(row.TextOrNull(3)) ?? new Dictionary<string, string>(),
        OptionsHash = row.TextOrNull(4),
        UpstreamHash = row.TextOrNull(5),
        OutputHash = row.TextOrNull(6),
        LastOutcome = row.Word<ItemOutcome>(7),
        SucceededAt = row.TimeOrNull(8),
        FailedAt = row.TimeOrNull(9),
        Failures = row.Int(10),
        Error = StoreJson.ReadError(row.TextOrNull(11)),
        Outputs = row.BytesOrNull(12),
        Metrics = StoreJson.ReadNumbers(row.TextOrNull(13)) ?? new Dictionary<string, double>(),
        JobId = new JobId(row.Long(14)),
        Attempt = row.Int(15),
        UpdatedAt = row.Time(16),
    };

    private static ItemRun RunOf(Statement row) => new(
        new JobId(row.Long(0)),
        row.Int(1),
        new ItemResult
        {
            Dataset = row.Text(2),
            Key = row.Text(3),
            Outcome = row.Word<ItemOutcome>(4),
            InputHash = row.TextOrNull(5),
            Parts = StoreJson.ReadWords(row.TextOrNull(6)),
            OptionsHash = row.TextOrNull(7),
            UpstreamHash = row.TextOrNull(8),
            OutputHash = row.TextOrNull(9),
            Error = StoreJson.ReadError(row.TextOrNull(10)),
            Outputs = row.BytesOrNull(11),
            Metrics = StoreJson.ReadNumbers(row.TextOrNull(12)),
        },
        row.Time(13))
    {
        Id = row.Long(14),
    };
}
