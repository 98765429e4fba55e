using System.Text;
using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // In the order of the keys, or two jobs that save the same items deadlock. What is there is locked first, to know how it went before;
    // what is new among these is what the insert made.
    private const string SaveSuccesses = """
        with wish as materialized (
            select *
            from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])
                as i (dataset, key, input_hash, parts, options_hash, upstream_hash, output_hash, outputs, metrics)
            order by i.dataset collate "C", i.key collate "C"),
        old as materialized (
            select item.dataset, item.key, item.last_outcome
            from wish cross join lateral (
                select dataset, key, last_outcome from pawl.item
                where item.dataset = wish.dataset and item.key = wish.key limit 1 for update) as item),
        saved as (
            insert into pawl.item (dataset, key, input_hash, parts, options_hash, upstream_hash, output_hash,
                last_outcome, succeeded_at, failures, error, outputs, metrics, job_id, attempt, updated_at)
            select i.dataset, i.key, i.input_hash, i.parts, i.options_hash, i.upstream_hash, i.output_hash,
                'succeeded', $3::bigint, 0, null, i.outputs, i.metrics, $1::bigint, $2::integer, $3::bigint
            from wish i
            where (select count(*) from old) >= 0
            order by i.dataset collate "C", i.key collate "C"
            on conflict (dataset, key) do update set
                input_hash = excluded.input_hash, parts = excluded.parts, options_hash = excluded.options_hash,
                upstream_hash = excluded.upstream_hash, output_hash = excluded.output_hash,
                last_outcome = excluded.last_outcome, succeeded_at = excluded.succeeded_at, failures = 0, error = null,
                outputs = excluded.outputs, metrics = excluded.metrics,
                job_id = excluded.job_id, attempt = excluded.attempt, updated_at = excluded.updated_at
            returning dataset, key, xmax = 0 as made)
        insert into pawl.dataset_in (name, succeeded, failed, at)
        select saved.dataset, count(*) filter (where saved.made or old.last_outcome = 'failed'),
            -count(*) filter (where old.last_outcome = 'failed'), $3::bigint
        from saved left join old on old.dataset = saved.dataset and old.key = saved.key
        group by saved.dataset
        """;

    // The hashes of the last success stay: whether it is fresh and how it went last are two questions. The first failure since tells that
    // it went well before, or is new.
    private const string SaveFailures = """
        with saved as (
            insert into pawl.item as kept (dataset, key, last_outcome, failed_at, failures, error, job_id, attempt, updated_at)
            select i.dataset, i.key, 'failed', $3::bigint, 1, i.error, $1::bigint, $2::integer, $3::bigint
            from unnest($4::text[], $5::text[], $6::text[]) as i (dataset, key, error)
            order by i.dataset collate "C", i.key collate "C"
            on conflict (dataset, key) do update set
                last_outcome = excluded.last_outcome, failed_at = excluded.failed_at, failures = kept.failures + 1, error = excluded.error,
                job_id = excluded.job_id, attempt = excluded.attempt, updated_at = excluded.updated_at
            returning dataset, failures, xmax = 0 as made)
        insert into pawl.dataset_in (name, succeeded, failed, at)
        select dataset, -count(*) filter (where failures = 1 and not made), count(*) filter (where failures = 1), $3::bigint
        from saved
        group by dataset
        """;

    private const string InsertItemRuns = """
        insert into pawl.item_run (job_id, attempt, at, dataset, key, outcome, input_hash, parts, options_hash, upstream_hash, output_hash,
            error, outputs, metrics)
        select $1::bigint, $2::integer, $3::bigint, i.dataset, i.key, i.outcome, i.input_hash, i.parts, i.options_hash, i.upstream_hash,
            i.output_hash, i.error, i.outputs, i.metrics
        from unnest(
            $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
            $14::text[]) with ordinality
            as i (dataset, key, outcome, input_hash, parts, options_hash, upstream_hash, output_hash, error, outputs, metrics, place)
        order by i.place
        """;

    // one query for up to 1,000 keys; the limit keeps it a look for each key, never a walk through the dataset
    private const string SelectItems = """
        select w.key, i.dataset, i.input_hash, i.parts, i.options_hash, i.upstream_hash, i.output_hash,
            i.last_outcome, i.succeeded_at, i.failed_at, i.failures, i.error, i.outputs, i.metrics, i.job_id, i.attempt, i.updated_at
        from unnest($1::text[]) with ordinality as w (key, place)
        left join lateral (select * from pawl.item where item.dataset = $2 and item.key = w.key limit 1) as i on true
        order by w.place
        """;

    private const string SelectRunsOfJob = """
        select job_id, attempt, dataset, key, outcome, input_hash, parts, options_hash, upstream_hash, output_hash,
            error, outputs, metrics, at, id
        from pawl.item_run
        where job_id = $1 and id < $2 and ($3::text is null or outcome = $3)
        order by id desc limit $4
        """;

    private const string SelectRunsOfKey = """
        select job_id, attempt, dataset, key, outcome, input_hash, parts, options_hash, upstream_hash, output_hash,
            error, outputs, metrics, at, id
        from pawl.item_run
        where dataset = $1 and key = $2 and ($3::bigint is null or job_id = $3) and id < $4 and ($5::text is null or outcome = $5)
        order by id desc limit $6
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ItemRow?>> ItemsAsync(string dataset, IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<ItemRow?>>(
            async db => await db.Use(SelectItems).Bind([.. keys]).Bind(dataset).ListAsync(static row => row.IsNull(1) ? null : ItemOf(row))
                .ConfigureAwait(false),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ItemRun>> ItemRunsAsync(ItemRunQuery query, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<ItemRun>>(
            async db =>
            {
                var statement = query is { Job: { } job, Key: null }
                    ? db.Use(SelectRunsOfJob).Bind(job)
                    : db.Use(SelectRunsOfKey).Bind(query.Dataset).Bind(query.Key).Bind(query.Job);
                return await statement.Bind(query.Before ?? long.MaxValue).Bind(Words.Of(query.Outcome)).Bind(query.Limit).ListAsync(RunOf)
                    .ConfigureAwait(false);
            },
            cancellationToken);

    private static void SaveItems(Session db, AttemptSave save, long now)
    {
        // A statement may not change a row twice: an item that comes again is for the next one.
        foreach (var once in save.Items.GroupBy(item => (item.Dataset, item.Key)).SelectMany(same => same.Index())
            .GroupBy(item => item.Index, item => item.Item).OrderBy(round => round.Key))
        {
            SaveSucceeded(db, save.Lease, [.. once.Where(item => item.Outcome == ItemOutcome.Succeeded)], now);
            SaveFailed(db, save.Lease, [.. once.Where(item => item.Outcome == ItemOutcome.Failed)], now);
        }

        var all = save.Items;
        if (all.Count > 0)
        {
            Use(db, InsertItemRuns, save.Lease, now).Bind(Each(all, item => item.Dataset)).Bind(Each(all, item => item.Key))
                .Bind(Each(all, item => Words.Of(item.Outcome))).Bind(Each(all, item => item.InputHash))
                .Bind(Each(all, item => StoreJson.Write(item.Parts))).Bind(Each(all, item => item.OptionsHash))
                .Bind(Each(all, item => item.UpstreamHash)).Bind(Each(all, item => item.OutputHash))
                .Bind(Each(all, item => StoreJson.Write(item.Error))).Bind(Each(all, OutputsOf))
                .Bind(Each(all, item => StoreJson.Write(item.Metrics))).Later();
        }
    }

    private static void SaveSucceeded(Session db, Lease lease, List<ItemResult> items, long now)
    {
        if (items.Count > 0)
        {
            Use(db, SaveSuccesses, lease, now).Bind(Each(items, item => item.Dataset)).Bind(Each(items, item => item.Key))
                .Bind(Each(items, item => item.InputHash)).Bind(Each(items, item => StoreJson.Write(item.Parts)))
                .Bind(Each(items, item => item.OptionsHash)).Bind(Each(items, item => item.UpstreamHash))
                .Bind(Each(items, item => item.OutputHash)).Bind(Each(items, OutputsOf))
                .Bind(Each(items, item => StoreJson.Write(item.Metrics))).Later();
        }
    }

    private static void SaveFailed(Session db, Lease lease, List<ItemResult> items, long now)
    {
        if (items.Count > 0)
        {
            Use(db, SaveFailures, lease, now).Bind(Each(items, item => item.Dataset)).Bind(Each(items, item => item.Key))
                .Bind(Each(items, item => StoreJson.Write(item.Error))).Later();
        }
    }

    private static Statement Use(Session db, string sql, Lease lease, long now) =>
        db.Use(sql).Bind(lease.Job).Bind(lease.Attempt).Bind(now);

    private static string?[] Each(IReadOnlyList<ItemResult> items, Func<ItemResult, string?> what) => [.. items.Select(what)];

    private static string? OutputsOf(ItemResult item) => item.Outputs is { } json ? Encoding.UTF8.GetString(json.Span) : null;

    private static ItemRow ItemOf(Row row) => new()
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

    private static ItemRun RunOf(Row row) => new(
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
