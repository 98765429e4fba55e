using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SelectRunnable = """
        select l.id, l.queue, l.type, sum(c.n)::bigint
        from pawl.line l join (
            select line_id, case state when 'queued' then n else -n end as n from pawl.line_count where state in ('queued', 'held')
            union all
            select line_id, counts[$1] - counts[$2] from pawl.delta) c on c.line_id = l.id
        group by l.id, l.queue, l.type
        having sum(c.n) > 0
        order by l.queue collate "C", l.type collate "C"
        """;

    // By a leap from one priority to the next below, and a bounded look at each: the line itself is never walked to its end.
    private const string SelectDepths = """
        select l.id, front.priority,
            (select coalesce(sum(hi - lo + 1), 0)::bigint from (
                select lo, hi from pawl.ready where line_id = l.id and priority = front.priority limit $2) as run)
            + (select count(*) from (
                select 1 from pawl.job_state
                where line_id = l.id and state = 'queued' and held is null and priority = front.priority limit $2) as one)
        from unnest($1::integer[]) as l (id) cross join lateral (
            with recursive front as (
                select 1001 as priority, 0 as place
                union all
                select below.priority, front.place + 1
                from front cross join lateral (
                    select max(first.priority) as priority from (
                        (select priority from pawl.ready where line_id = l.id and priority < front.priority
                        order by priority desc, run_at, lo limit 1)
                        union all
                        (select priority from pawl.job_state
                        where line_id = l.id and state = 'queued' and held is null and priority < front.priority
                        order by priority desc, run_at, id limit 1)) as first) as below
                where below.priority is not null and front.place < $3)
            select priority from front where place > 0) as front
        order by l.id, front.priority desc
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DepthRow>> DepthAsync(CancellationToken cancellationToken) =>
        ReadOneAsync<IReadOnlyList<DepthRow>>(
            async db =>
            {
                var lines = await db.Use(SelectRunnable).Bind((int)JobState.Queued + 1).Bind(Line.Held + 1).ListAsync(static row => (
                    Id: row.Int(0), Queue: row.Text(1), Type: row.Text(2), Runnable: row.Long(3))).ConfigureAwait(false);
                if (lines.Count == 0)
                {
                    return [];
                }

                var parts = (await db.Use(SelectDepths).Bind([.. lines.Select(static line => line.Id)]).Bind(DepthParts.MostCounted)
                    .Bind(DepthParts.MostPriorities)
                    .ListAsync(static row => (Line: row.Int(0), Priority: row.Int(1), Count: row.Long(2))).ConfigureAwait(false))
                    .ToLookup(static part => part.Line);
                return [.. lines.SelectMany(line => DepthParts.Of(
                    line.Queue, line.Type, line.Runnable, [.. parts[line.Id].Select(static part => part.Priority)],
                    priority => parts[line.Id].First(part => part.Priority == priority).Count))];
            },
            cancellationToken);
}
