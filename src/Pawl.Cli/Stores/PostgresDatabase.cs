using Npgsql;
using Pawl.Cli.Settings;
using Pawl.Postgres;

namespace Pawl.Cli.Stores;

/// <summary>Looks into a PostgreSQL database that servers may be working on, and changes nothing.</summary>
internal static class PostgresDatabase
{
    // What a job's rows say, added up over all lines: the counts are kept by line, and moved between two tables now and then.
    private const string Wrong = """
        with kept as (
            select state, sum(n) as n
            from (
                select state, n from pawl.line_count
                union all
                select (array['scheduled', 'blocked', 'queued', 'running', 'succeeded', 'failed', 'cancelled', 'held', 'dead', 'retry',
                    'deferred'])[c.place], c.n
                from pawl.delta d cross join lateral unnest(d.counts) with ordinality c (n, place)) counted
            where state in ('scheduled', 'blocked', 'queued', 'running', 'succeeded', 'failed', 'cancelled')
            group by state),
        held as (
            select coalesce(s.state, case
                when d.job_id is not null then 'succeeded'
                when exists (select 1 from pawl.lease e, unnest(e.lo, e.hi) as run (lo, hi) where e.open and j.id between run.lo and run.hi)
                    then 'running'
                when exists (select 1 from pawl.ready r where j.id between r.lo and r.hi) then 'queued'
                else 'nowhere' end) as state, count(*) as n
            from pawl.job j
            left join pawl.job_state s on s.id = j.id
            left join pawl.done d on d.job_id = j.id
            group by 1)
        select coalesce(k.state, h.state) || ' is counted ' || coalesce(k.n, 0) || ' and is ' || coalesce(h.n, 0)
        from kept k full join held h on h.state = k.state
        where coalesce(k.n, 0) <> coalesce(h.n, 0)
        """;

    private const string Orphans = """
        select 'a state is kept of job ' || s.id || ', which is not there'
        from pawl.job_state s where not exists (select 1 from pawl.job j where j.id = s.id)
        union all
        select 'an end is kept of job ' || e.id || ', which is not there'
        from pawl.job_end e where not exists (select 1 from pawl.job j where j.id = e.id)
        union all
        select 'a blob is kept that no artifact names'
        from pawl.artifact_blob b where not exists (select 1 from pawl.artifact a where a.sha256 = b.sha256)
        """;

    private const string Facts = """
        select name, setting from pg_settings
        where name in ('synchronous_commit', 'max_connections', 'superuser_reserved_connections', 'server_version')
        union all
        select 'connections', count(*)::text from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
        union all
        select 'oldest_transaction_seconds',
            coalesce(extract(epoch from max(clock_timestamp() - xact_start))::bigint, 0)::text
        from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        union all
        select 'clock_micros', (extract(epoch from clock_timestamp()) * 1000000)::bigint::text
        """;

    private const string Doomed = """
        select coalesce(s.state, 'succeeded'), count(*)
        from pawl.job j
        left join pawl.job_state s on s.id = j.id
        left join pawl.done d on d.job_id = j.id
        where case when s.id is null then d.ended_at else s.ended_at end <= case s.state when 'failed' then $2 else $1 end
        group by 1
        """;

    private const string Sizes = """
        select 'database_bytes', pg_database_size(current_database())
        union all
        select 'pawl_bytes', coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'pawl' and c.relkind in ('r', 'm')
        """;

    /// <exception cref="PawlException">With an exit code: 7 for away, 8 for refused.</exception>
    public static async Task<Inspection> InspectAsync(StoreChoice choice, CancellationToken cancellationToken)
    {
        var store = PostgresStore.Open(choice.ConnectionString, new() { Listen = false });
        await using var closed = store.ConfigureAwait(false);
        var schema = await store.MigrateAsync(apply: false, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(
            choice,
            async connection =>
            {
                var facts = await PairsAsync(connection, Facts, row => row.GetString(1), cancellationToken).ConfigureAwait(false);
                return new Inspection
                {
                    Kind = "postgres",
                    Version = facts.GetValueOrDefault("server_version", store.Info.Version),
                    Place = store.Info.Place,
                    Schema = schema,
                    Sizes = await PairsAsync(connection, Sizes, row => row.GetInt64(1), cancellationToken).ConfigureAwait(false),
                    Facts = facts,
                };
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is wrong in it; nothing when all is well.</summary>
    public static Task<IReadOnlyList<string>> CheckAsync(StoreChoice choice, CancellationToken cancellationToken) => ReadAsync(
        choice,
        async connection =>
        {
            var faults = new List<string>();
            var picture = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken)
                .ConfigureAwait(false);
            await using var closed = picture.ConfigureAwait(false);
            foreach (var sql in (string[])[Orphans, Wrong])
            {
                using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
                var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var done = rows.ConfigureAwait(false);
                while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    faults.Add(rows.GetString(0));
                }
            }

            return (IReadOnlyList<string>)faults;
        },
        cancellationToken);

    /// <summary>Counts what retention would remove, by state.</summary>
    public static Task<Dictionary<string, long>> DoomedAsync(
        StoreChoice choice, DateTimeOffset before, DateTimeOffset failedBefore, CancellationToken cancellationToken) => ReadAsync(
            choice,
            connection => PairsAsync(
                connection, Doomed, row => row.GetInt64(1), cancellationToken, Micros.Of(before), Micros.Of(failedBefore)),
            cancellationToken);

    /// <summary>Opens a connection of its own and reads.</summary>
    /// <exception cref="PawlException">With an exit code: 7 for away, 8 for refused.</exception>
    public static async Task<T> ReadAsync<T>(
        StoreChoice choice, Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        var place = choice.Place;
        var settings = Source.Settings(choice.ConnectionString, new());
        settings.Pooling = false;
        try
        {
            using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return await read(connection).ConfigureAwait(false);
        }
        catch (Exception error) when (StorageErrors.ExplainOpening(error, place) is PawlException explained && explained != error)
        {
            throw explained;
        }
    }

    private static async Task<Dictionary<string, T>> PairsAsync<T>(
        NpgsqlConnection connection,
        string sql,
        Func<NpgsqlDataReader, T> value,
        CancellationToken cancellationToken,
        params long[] values)
    {
        var pairs = new Dictionary<string, T>(StringComparer.Ordinal);
        using var command = new NpgsqlCommand(sql, connection);
        foreach (var given in values)
        {
            command.Parameters.Add(new() { Value = given });
        }

        var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var closed = rows.ConfigureAwait(false);
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            pairs[rows.GetString(0)] = value(rows);
        }

        return pairs;
    }
}
