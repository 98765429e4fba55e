namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // 'pawl' and 'fold' in ASCII
    internal const string LockFold = "select 1 where pg_try_advisory_xact_lock(8101263769793391716)";

    private const string FoldDeltas = """
        with taken as (
            delete from pawl.delta where id in (select id from pawl.delta order by id limit $1)
            returning line_id, minute, counts, tally, times
        ), counted as (
            insert into pawl.line_count as kept (line_id, state, n)
            select t.line_id, ($2::text[])[c.place], sum(c.n)
            from taken t cross join lateral unnest(t.counts) with ordinality c (n, place)
            where c.n <> 0
            group by 1, 2
            on conflict (line_id, state) do update set n = kept.n + excluded.n
        ), timed as (
            select minute, line_id, array_agg((step << 40) + n order by step) as times
            from (
                select t.minute, t.line_id, packed >> 40 as step, sum(packed & 1099511627775)::bigint as n
                from taken t cross join lateral unnest(t.times) as packed
                where t.minute > 0
                group by 1, 2, 3) steps
            group by minute, line_id
        ), told as (
            insert into pawl.minute as kept (minute, line_id, created, started, succeeded, failed, timed_out, cancelled, lost, released,
                snoozed, died, wait_us, run_us, times)
            select minute, line_id, sum(tally[1]), sum(tally[2]), sum(tally[3]), sum(tally[4]), sum(tally[5]), sum(tally[6]), sum(tally[7]),
                sum(tally[8]), sum(tally[9]), sum(tally[10]), sum(tally[11]), sum(tally[12]),
                (select times from timed where timed.minute = taken.minute and timed.line_id = taken.line_id)
            from taken
            where minute > 0
            group by minute, line_id
            on conflict (minute, line_id) do update set
                created = kept.created + excluded.created, started = kept.started + excluded.started,
                succeeded = kept.succeeded + excluded.succeeded, failed = kept.failed + excluded.failed,
                timed_out = kept.timed_out + excluded.timed_out, cancelled = kept.cancelled + excluded.cancelled,
                lost = kept.lost + excluded.lost, released = kept.released + excluded.released, snoozed = kept.snoozed + excluded.snoozed,
                died = kept.died + excluded.died, wait_us = kept.wait_us + excluded.wait_us, run_us = kept.run_us + excluded.run_us,
                times = (
                    select array_agg((step << 40) + n order by step)
                    from (
                        select packed >> 40 as step, sum(packed & 1099511627775)::bigint as n
                        from unnest(kept.times || excluded.times) as packed group by 1) steps)
        )
        select count(*) from taken
        """;

    private const int DeltasAtOnce = 10_000;

    private static readonly Func<Session, Statement>[] Folds =
    [
        static db => db.Use(FoldDeltas).Bind(DeltasAtOnce).Bind(Line.CountNames),
        static db => db.Use(FoldDatasets).Bind(DeltasAtOnce),
        static db => db.Use(FoldFailures).Bind(DeltasAtOnce),
    ];

    /// <summary>Adds what transactions appended to the kept counts. A reader sees the same before and after. One process at a time; who
    /// finds another at it leaves it to that one.</summary>
    /// <returns>How many were folded.</returns>
    internal async ValueTask<long> FoldAsync(CancellationToken cancellationToken)
    {
        var all = 0L;
        foreach (var fold in Folds)
        {
            for (var folded = (long)DeltasAtOnce; folded == DeltasAtOnce; all += folded)
            {
                folded = await WriteAsync(batch => FoldAsync(batch, fold(batch.Db)), cancellationToken).ConfigureAwait(false);
            }
        }

        return all;
    }

    private static async ValueTask<long> FoldAsync(Batch batch, Statement fold) =>
        await batch.Db.Use(LockFold).AnyAsync().ConfigureAwait(false) ? await fold.NumberAsync().ConfigureAwait(false) ?? 0 : 0;
}
