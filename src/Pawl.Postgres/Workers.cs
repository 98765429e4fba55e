using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // Those that are gone are looked at only as far as they are told of: there may be thousands, and somebody looks every few seconds.
    private const string SelectWorkers = """
        select w.id, w.facts, w.beat, w.gone, w.draining, w.slots_used, w.started_at, w.seen_at,
            (select count(*) from pawl.job_state t where t.worker_id = w.id)
            + (select count(*)
                from pawl.lease l cross join lateral (select generate_series(r.lo, r.hi) as id from unnest(l.lo, l.hi) as r (lo, hi)) run
                where l.worker_id = w.id and l.open and not run.id = any(l.own)
                    and not exists (select 1 from pawl.done d where d.job_id = run.id offset 0)),
            w.cpu, w.memory_bytes, w.drain,
            array(
                select held.id from (
                    select t.id from pawl.job_state t where t.worker_id = w.id
                    union all
                    select run.id
                    from pawl.lease l
                        cross join lateral (select generate_series(r.lo, r.hi) as id from unnest(l.lo, l.hi) as r (lo, hi)) run
                    where l.worker_id = w.id and l.open and not run.id = any(l.own)
                        and not exists (select 1 from pawl.done d where d.job_id = run.id offset 0)) as held
                order by held.id
                limit 1000)
        from pawl.worker w
        where not w.gone
            or w.id = any(array(select g.id from pawl.worker g where g.gone order by g.seen_at desc, g.id desc limit $1))
            or w.id in (
                select t.worker_id from pawl.job_state t where t.worker_id is not null
                union all
                select l.worker_id from pawl.lease l where l.open)
        order by w.id
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<WorkerRow>> WorkersAsync(CancellationToken cancellationToken) =>
        ReadOneAsync<IReadOnlyList<WorkerRow>>(
            async db => await db.Use(SelectWorkers).Bind(WorkerRow.MostGone).ListAsync(static row => new WorkerRow(
                row.Long(0), StoreJson.ReadFacts(row.Text(1)), row.Long(2), row.Flag(3),
                Dead: false,   // it may live on any machine: only its silence tells
                row.Flag(4), row.Int(5), row.Time(6), row.Time(7), (int)row.Long(8))
            {
                Cpu = row.DoubleOrNull(9),
                MemoryBytes = row.LongOrNull(10),
                Drain = row.Flag(11),
                Jobs = [.. row.Longs(12).Select(static id => new JobId(id))],
            }).ConfigureAwait(false),
            cancellationToken);
}
