using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SelectAttempts = """
        select a.attempt, a.generation, a.worker_id, a.outcome, a.started_at, a.ended_at, a.wait_us, a.run_us, a.error, a.next_run_at,
            a.rule, a.recovery,
            coalesce((select g."offset" + length(g.text) from pawl.log g
                where g.job_id = a.job_id and g.attempt = a.attempt order by g."offset" desc limit 1), 0)
        from pawl.attempt_all a where a.job_id = $1 order by a.attempt desc
        """;

    // a mark belongs to the one attempt that followed the recovery
    private const string SelectRunningAttempt = """
        select r.attempt, r.generation, r.worker_id, r.started_at, r.run_at, m.recovery_id, m.rule, m.by,
            coalesce((select g."offset" + length(g.text) from pawl.log g
                where g.job_id = $1 and g.attempt = r.attempt order by g."offset" desc limit 1), 0)
        from (
            select t.attempt, t.generation, t.worker_id, t.started_at, t.run_at
            from pawl.job_state t
            where t.id = $1 and t.state = 'running'
            union all
            select 1, 1, l.worker_id, l.started_at, j.run_at
            from pawl.job j join pawl.lease l on l.open and not j.id = any(l.own)
                and exists (select 1 from unnest(l.lo, l.hi) as run (lo, hi) where j.id between run.lo and run.hi)
            where j.id = $1 and not exists (select 1 from pawl.job_state t where t.id = $1)
                and not exists (select 1 from pawl.done d where d.job_id = $1)) r
        left join pawl.job_recovery m on m.id = $1 and m.attempt = r.attempt
        """;

    private static JobAttempt RunningOf(JobId job, Row row) => new()
    {
        JobId = job,
        Attempt = row.Int(0),
        Generation = row.Int(1),
        WorkerId = row.Long(2),
        StartedAt = row.Time(3),
        Wait = Micros.ToLength(Math.Max(0, row.Long(3) - row.Long(4))),
        Recovery = row.IsNull(5) ? null : new RecoveryMark(row.Long(5), row.Text(6), row.Text(7)),
        LogBytes = row.Long(8),
    };

    private static JobAttempt AttemptOf(JobId job, Row row) => new()
    {
        JobId = job,
        Attempt = row.Int(0),
        Generation = row.Int(1),
        WorkerId = row.Long(2),
        Outcome = row.Word<Outcome>(3),
        StartedAt = row.Time(4),
        EndedAt = row.Time(5),
        Wait = row.Length(6),
        Run = row.LengthOrNull(7),
        Error = Damage.ErrorOf(row.TextOrNull(8), row.Time(5)),
        NextRunAt = row.TimeOrNull(9),
        Rule = row.TextOrNull(10),
        Recovery = Damage.MarkOf(row.TextOrNull(11)),
        LogBytes = row.Long(12),
    };
}
