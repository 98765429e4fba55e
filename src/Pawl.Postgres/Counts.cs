using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SelectLineFacts = """
        select l.id, l.queue, l.type, q.at, t.at, m.max_running
        from pawl.line l
        left join pawl.pause q on q.queue = l.queue and q.type = ''
        left join pawl.pause t on t.queue = '' and t.type = l.type
        left join pawl.queue_limit m on m.queue = l.queue
        order by l.queue, l.type
        """;

    // what is kept, and what has changed since it was folded
    private const string SelectLineCounts = """
        select line_id, state, sum(n)::bigint
        from (
            select line_id, state, n from pawl.line_count
            union all
            select d.line_id, ($1::text[])[c.place], c.n
            from pawl.delta d cross join lateral unnest(d.counts) with ordinality c (n, place)
            where c.n <> 0) counted
        group by line_id, state
        """;

    // the front of each priority, one step a priority: the line itself is never walked
    private const string SelectOldestRunnable = """
        select l.id, least(
            (with recursive front as (
                (select priority, run_at from pawl.ready where line_id = l.id order by priority desc, run_at, lo limit 1)
                union all
                select n.priority, n.run_at from front f cross join lateral (
                    select priority, run_at from pawl.ready
                    where line_id = l.id and priority < f.priority
                    order by priority desc, run_at, lo limit 1) n)
            select min(run_at) from front),
            (with recursive front as (
                (select priority, run_at from pawl.job_state
                    where line_id = l.id and state = 'queued' and held is null order by priority desc, run_at, id limit 1)
                union all
                select n.priority, n.run_at from front f cross join lateral (
                    select priority, run_at from pawl.job_state
                    where line_id = l.id and state = 'queued' and held is null and priority < f.priority
                    order by priority desc, run_at, id limit 1) n)
            select min(run_at) from front))
        from unnest($1::integer[]) as l (id)
        """;

    private const string SelectMinutes = """
        select m.minute, l.queue, l.type, sum(m.created)::bigint, sum(m.started)::bigint, sum(m.succeeded)::bigint, sum(m.failed)::bigint,
            sum(m.timed_out)::bigint, sum(m.cancelled)::bigint, sum(m.lost)::bigint, sum(m.released)::bigint, sum(m.snoozed)::bigint,
            sum(m.died)::bigint, sum(m.wait_us)::bigint, sum(m.run_us)::bigint
        from (
            select minute, line_id, created, started, succeeded, failed, timed_out, cancelled, lost, released, snoozed, died, wait_us,
                run_us
            from pawl.minute
            where minute >= $1
            union all
            select minute, line_id, tally[1], tally[2], tally[3], tally[4], tally[5], tally[6], tally[7], tally[8], tally[9], tally[10],
                tally[11], tally[12]
            from pawl.delta
            where minute >= $1 and minute > 0) m
        join pawl.line l on l.id = m.line_id
        group by m.minute, l.queue, l.type
        order by m.minute, l.queue, l.type
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LineFacts>> LinesAsync(CancellationToken cancellationToken) =>
        ReadOneAsync<IReadOnlyList<LineFacts>>(
            async db =>
            {
                // Not on one snapshot: a line that comes meanwhile is shown with the next look, and each statement is whole in itself.
                var lines = await db.Use(SelectLineFacts).ListAsync(static row => (Id: row.Int(0), Facts: new LineFacts
                {
                    Queue = row.Text(1),
                    Type = row.Text(2),
                    Counts = new Dictionary<JobState, long>(),
                    QueuePausedAt = row.TimeOrNull(3),
                    TypePausedAt = row.TimeOrNull(4),
                    QueueMaxRunning = row.IntOrNull(5),
                })).ConfigureAwait(false);
                var counts = new Dictionary<(int Line, string Name), long>();
                await db.Use(SelectLineCounts).Bind(Line.CountNames).EachAsync(row => counts[(row.Int(0), row.Text(1))] = row.Long(2))
                    .ConfigureAwait(false);
                var counted = lines.ConvertAll(line => (line.Id, Facts: WithCounts(line.Id, line.Facts, counts)));
                var oldest = await OldestAsync(
                    db, [.. counted.Where(line => line.Facts.Counts[JobState.Queued] > line.Facts.Held).Select(line => line.Id)])
                    .ConfigureAwait(false);
                return [.. counted.Select(line => line.Facts with { OldestRunnableAt = oldest.GetValueOrDefault(line.Id) })];
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<MinuteFacts>> MinutesAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        ReadOneAsync<IReadOnlyList<MinuteFacts>>(
            async db => await db.Use(SelectMinutes).Bind(since).ListAsync(static row => new MinuteFacts(
                row.Time(0), row.Text(1), row.Text(2), row.Long(3), row.Long(4),
                Enum.GetValues<Outcome>().ToDictionary(outcome => outcome, outcome => row.Long(5 + (int)outcome)),
                row.Long(12), row.Length(13), row.Length(14))).ConfigureAwait(false),
            cancellationToken);

    private static LineFacts WithCounts(int id, LineFacts facts, Dictionary<(int Line, string Name), long> counts)
    {
        return facts with
        {
            Counts = Enum.GetValues<JobState>().ToDictionary(state => state, state => Of((int)state)),
            Held = Of(Line.Held),
            Dead = Of(Line.Dead),
            Deferred = Of(Line.Deferred),
        };

        long Of(int count) => counts.GetValueOrDefault((id, Line.CountNames[count]));
    }

    private static async ValueTask<Dictionary<int, DateTimeOffset?>> OldestAsync(Session db, int[] lines)
    {
        var oldest = new Dictionary<int, DateTimeOffset?>();
        if (lines.Length > 0)
        {
            await db.Use(SelectOldestRunnable).Bind(lines).EachAsync(row => oldest[row.Int(0)] = row.TimeOrNull(1)).ConfigureAwait(false);
        }

        return oldest;
    }
}
