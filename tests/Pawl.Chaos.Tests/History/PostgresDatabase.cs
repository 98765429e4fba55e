using Npgsql;

namespace Pawl.Chaos.Tests.History;

/// <summary>Reads the tables of a database in PostgreSQL, when nobody writes to it.</summary>
internal sealed class PostgresDatabase(string connectionString) : IAsyncDisposable
{
    // In the order in which the store packs them.
    private static readonly string[] Counts =
        ["scheduled", "blocked", "queued", "running", "succeeded", "failed", "cancelled", "held", "dead", "retry", "deferred"];

    private static readonly string[] Tallies =
        ["created", "started", "succeeded", "failed", "timed_out", "cancelled", "lost", "released", "snoozed"];

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(connectionString);

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    public async Task<Stored> ReadAsync()
    {
        var rows = await EventsAsync();
        return new()
        {
            Jobs = await JobsAsync(),
            Attempts = await AttemptsAsync(),
            Events = [.. rows.SelectMany(row => row.Events)],
            EventRows = [.. rows.Select(row => (row.First, row.Last, row.Events.Count))],
            Audits = await RowsAsync(
                "select at, actor, action, job_id, before, after, refusal from pawl.audit order by id",
                Rows.Audit),
            Checkpoints = (await RowsAsync(
                "select job_id, version from pawl.checkpoint", row => (row.GetInt64(0), row.GetInt32(1)))).ToDictionary(),
            Kept = await KeptAsync(),
            Minutes = await MinutesAsync(),
            Integrity = "ok",
        };
    }

    /// <summary>Events get their numbers late: those that have none yet follow in the order in which they would.</summary>
    private async Task<List<(long First, long Last, IReadOnlyList<StoredEvent> Events)>> EventsAsync()
    {
        var rows = await RowsAsync(
            "select first, seq, at, pack from pawl.event order by seq",
            row => (First: row.GetInt64(0), Last: row.GetInt64(1), Events: EventForm.Read((byte[])row.GetValue(3), row.GetInt64(0),
                row.GetInt64(2))));
        var last = rows.Count == 0 ? 0 : rows[^1].Last;
        var waiting = await RowsAsync(
            "select n, at, pack from pawl.event_in order by pack_id",
            row => (Count: row.GetInt32(0), At: row.GetInt64(1), Pack: (byte[])row.GetValue(2)));
        foreach (var (count, at, pack) in waiting)
        {
            rows.Add((last + 1, last + count, EventForm.Read(pack, last + 1, at)));
            last += count;
        }

        return rows;
    }

    private Task<List<StoredJob>> JobsAsync() => RowsAsync(
        """
        select j.id, coalesce(s.line_id, h.line_id)::bigint, l.type,
            coalesce(s.state, case
                when d.job_id is not null then 'succeeded'
                when exists (select 1 from pawl.lease e, unnest(e.lo, e.hi) as run (lo, hi) where e.open and j.id between run.lo and run.hi)
                    then 'running'
                when exists (select 1 from pawl.ready r where j.id between r.lo and r.hi) then 'queued'
                else 'nowhere' end),
            s.held is not null, s.dismissed_at is not null, coalesce(s.generation, 1),
            coalesce(s.attempt, case when d.job_id is null then 0 else 1 end), coalesce(s.max_attempts, h.max_attempts), s.unique_key,
            j.parent_id, j.tags, e.error, coalesce(s.failures, 0), coalesce(s.losses, 0), l.queue,
            coalesce(c.end_reason, s.reason), h.trigger
        from pawl.job j
        join pawl.shape h on h.id = j.shape_id
        left join pawl.job_state s on s.id = j.id
        left join pawl.done d on d.job_id = j.id
        join pawl.line l on l.id = coalesce(s.line_id, h.line_id)
        left join pawl.job_end e on e.id = j.id
        left join pawl.job_cancel c on c.id = j.id
        order by j.id
        """,
        Rows.Job);

    private Task<List<StoredAttempt>> AttemptsAsync() => RowsAsync(
        """
        select a.job_id, a.attempt, a.generation, coalesce((w.facts::json ->> 'pid')::integer, 0), a.outcome, a.rule, a.ended_at,
            a.started_at, a.next_run_at
        from pawl.attempt_all a
        left join pawl.worker w on w.id = a.worker_id
        order by a.job_id, a.attempt
        """,
        Rows.Attempt);

    private async Task<Dictionary<(long Line, string Name), long>> KeptAsync() => (await RowsAsync(
        """
        select line_id, state, sum(n)::bigint
        from (
            select line_id, state, n from pawl.line_count
            union all
            select d.line_id, ($1::text[])[c.place], c.n
            from pawl.delta d cross join lateral unnest(d.counts) with ordinality c (n, place)) counted
        group by line_id, state
        having sum(n) <> 0
        """,
        row => (((long)row.GetInt32(0), row.GetString(1)), row.GetInt64(2)),
        Counts)).ToDictionary();

    private async Task<Dictionary<string, long>> MinutesAsync()
    {
        var sums = string.Join(
            " union all ",
            Tallies.Select((name, i) =>
                $"select '{name}', ((select coalesce(sum({name}), 0) from pawl.minute)"
                + $" + (select coalesce(sum(tally[{i + 1}]), 0) from pawl.delta where minute > 0))::bigint"));
        return (await RowsAsync(sums, row => (row.GetString(0), row.GetInt64(1)))).ToDictionary();
    }

    private async Task<List<T>> RowsAsync<T>(string sql, Func<NpgsqlDataReader, T> read, string[]? names = null)
    {
        await using var command = _source.CreateCommand(sql);
        if (names is not null)
        {
            command.Parameters.Add(new() { Value = names });
        }

        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
