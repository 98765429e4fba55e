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

    // By a leap from one to the next below: the line itself is never walked.
    private const string SelectPriorities = """
        select l.id, front.priority
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
                where below.priority is not null and front.place < $2)
            select priority from front where place > 0) as front
        order by l.id, front.priority desc
        """;

    // A bounded look at each: how many, and whether these are all.
    private const string CountAtPriorities = """
        select at.line_id, at.priority, runs.n + one.n, case when runs.looked < $3 and one.n < $3 then 1 else 0 end
        from unnest($1::integer[], $2::integer[]) as at (line_id, priority)
        cross join lateral (
            select coalesce(sum(run.hi - run.lo + 1), 0)::bigint as n, count(*) as looked from (
                select lo, hi from pawl.ready where line_id = at.line_id and priority = at.priority limit $3) as run) as runs
        cross join lateral (
            select count(*) as n from (
                select 1 from pawl.job_state
                where line_id = at.line_id and state = 'queued' and held is null and priority = at.priority limit $3) as found) as one
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

                var priorities = (await db.Use(SelectPriorities).Bind([.. lines.Select(static line => line.Id)])
                    .Bind(DepthCount.MostPriorities)
                    .ListAsync(static row => (Line: row.Int(0), Priority: row.Int(1))).ConfigureAwait(false))
                    .ToLookup(static found => found.Line, static found => found.Priority);
                var depth = new DepthCount();
                lines.ForEach(line => depth.Add(line.Id, line.Queue, line.Type, line.Runnable, priorities[line.Id]));
                while (depth.TryNext(out var most, out var parts))
                {
                    await db.Use(CountAtPriorities).Bind([.. parts.Select(static part => part.Line)])
                        .Bind([.. parts.Select(static part => part.Priority)]).Bind(most)
                        .EachAsync(row => depth.Found(row.Int(0), row.Int(1), row.Long(2), row.Int(3) == 1)).ConfigureAwait(false);
                }

                return depth.Rows();
            },
            cancellationToken);
}
