using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // Appended, and folded by the leader: in a mass failure all would wait for the same row. The error is looked at as the text it is:
    // read as JSON the database would refuse what it cannot hold as text, such as U+0000, and the attempt could not end.
    private const string InsertFailure = """
        insert into pawl.failure_in (fingerprint, at, line_id, worker_id, job_id, attempt, jobs, new_jobs)
        select $1, $2, $3, $4, $5, $6, (last.at is null or last.at < $7)::integer, (last.at is null)::integer
        from (
            select max(ended_at) as at from pawl.attempt
            where job_id = $5 and attempt < $6 and position('"fingerprint":"' || $1 || '"' in error) > 0) as last
        """;

    private const string FoldFailures = """
        with taken as (
            delete from pawl.failure_in where id in (select id from pawl.failure_in order by id limit $1)
            returning id, fingerprint, at, line_id, worker_id, job_id, attempt, jobs, new_jobs
        ), counted as (
            insert into pawl.failure_hour as kept (fingerprint, hour, line_id, worker_id, attempts, jobs, new_jobs)
            select fingerprint, at - at % 3600000000, line_id, worker_id, count(*), sum(jobs), sum(new_jobs)
            from taken
            group by 1, 2, 3, 4
            on conflict (fingerprint, hour, line_id, worker_id) do update set
                attempts = kept.attempts + excluded.attempts, jobs = kept.jobs + excluded.jobs, new_jobs = kept.new_jobs + excluded.new_jobs
        ), latest as (
            select distinct on (t.fingerprint, t.line_id) t.fingerprint, t.line_id, t.at, t.job_id, a.error,
                min(t.at) over (partition by t.fingerprint, t.line_id) as first
            from taken t cross join lateral (
                select error from pawl.attempt where job_id = t.job_id and attempt = t.attempt and error is not null) a
            order by t.fingerprint, t.line_id, t.id desc
        ), told as (
            insert into pawl.failure as kept (fingerprint, line_id, first_seen, last_seen, sample_job_id, error)
            select fingerprint, line_id, first, at, job_id, error from latest
            on conflict (fingerprint, line_id) do update set
                last_seen = greatest(kept.last_seen, excluded.last_seen), sample_job_id = excluded.sample_job_id, error = excluded.error
        )
        select count(*) from taken
        """;

    // What is kept, and what was appended since. Two texts: a question that may or may not name a group would find neither index.
    private const string SelectFailures = """
        with fresh as materialized (
            select distinct on (i.fingerprint, i.line_id) i.fingerprint, i.line_id, i.at, i.job_id, a.error,
                min(i.at) over (partition by i.fingerprint, i.line_id) as first
            from pawl.failure_in i cross join lateral (
                select error from pawl.attempt where job_id = i.job_id and attempt = i.attempt and error is not null) a
            order by i.fingerprint, i.line_id, i.id desc),
        seen as (
            (select fingerprint, line_id, first_seen, last_seen, sample_job_id, error from pawl.failure
            where last_seen >= $1 order by last_seen desc limit $2)
            union all
            select fingerprint, line_id, first, at, job_id, error from fresh where at >= $1)
        select seen.fingerprint, seen.line_id, l.queue, l.type, min(first_seen), max(last_seen),
            (array_agg(sample_job_id order by last_seen desc))[1], (array_agg(error order by last_seen desc))[1],
            (select count(*) from (
                select 1 from pawl.dead d where d.fingerprint = seen.fingerprint and d.line_id = seen.line_id limit 10000) as dead)
        from seen join pawl.line l on l.id = seen.line_id
        group by seen.fingerprint, seen.line_id, l.queue, l.type
        order by max(last_seen) desc
        limit $2
        """;

    private const string SelectFailuresOf = """
        with fresh as materialized (
            select distinct on (i.fingerprint, i.line_id) i.fingerprint, i.line_id, i.at, i.job_id, a.error,
                min(i.at) over (partition by i.fingerprint, i.line_id) as first
            from pawl.failure_in i cross join lateral (
                select error from pawl.attempt where job_id = i.job_id and attempt = i.attempt and error is not null) a
            where i.fingerprint = $3
            order by i.fingerprint, i.line_id, i.id desc),
        seen as (
            select fingerprint, line_id, first_seen, last_seen, sample_job_id, error from pawl.failure
            where fingerprint = $3 and last_seen >= $1
            union all
            select fingerprint, line_id, first, at, job_id, error from fresh where at >= $1)
        select seen.fingerprint, seen.line_id, l.queue, l.type, min(first_seen), max(last_seen),
            (array_agg(sample_job_id order by last_seen desc))[1], (array_agg(error order by last_seen desc))[1],
            (select count(*) from (
                select 1 from pawl.dead d where d.fingerprint = seen.fingerprint and d.line_id = seen.line_id limit 10000) as dead)
        from seen join pawl.line l on l.id = seen.line_id
        group by seen.fingerprint, seen.line_id, l.queue, l.type
        order by max(last_seen) desc
        limit $2
        """;

    private const string SelectFailureHours = """
        select h.fingerprint, h.line_id, h.hour, h.worker_id, sum(h.attempts)::bigint, sum(h.jobs)::bigint, sum(h.new_jobs)::bigint
        from (
            select kept.fingerprint, kept.line_id, kept.hour, kept.worker_id, kept.attempts, kept.jobs, kept.new_jobs
            from unnest($2::text[], $3::integer[]) as wish (fingerprint, line_id) join pawl.failure_hour kept
                on kept.fingerprint = wish.fingerprint and kept.hour >= $1 and kept.line_id = wish.line_id
            union all
            select i.fingerprint, i.line_id, i.at - i.at % 3600000000, i.worker_id, 1, i.jobs, i.new_jobs
            from pawl.failure_in i
            where i.at >= $1) h
        group by 1, 2, 3, 4
        order by 3, 4
        """;

    private const string DropOldFailureHours = "delete from pawl.failure_hour where hour < $1";
    private const string DropOldFailures = "delete from pawl.failure where last_seen < $1";
    private const long HourMicros = 3_600_000_000;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<FailureRow>> FailuresAsync(FailureQuery query, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<FailureRow>>(
            async db =>
            {
                var since = HourOf(Micros.Of(query.Since));
                var select = db.Use(query.Fingerprint is null ? SelectFailures : SelectFailuresOf).Bind(since).Bind(query.Limit);
                var found = await (query.Fingerprint is { } wanted ? select.Bind(wanted) : select).ListAsync(static row => (
                    Line: row.Int(1), Row: new FailureRow
                    {
                        Fingerprint = row.Text(0),
                        Queue = row.Text(2),
                        Type = row.Text(3),
                        FirstSeen = row.Time(4),
                        LastSeen = row.Time(5),
                        SampleJob = new JobId(row.Long(6)),
                        Error = StoreJson.ReadError(row.Text(7))!,
                        Dead = row.Long(8),
                    })).ConfigureAwait(false);
                if (found.Count == 0)
                {
                    return [];
                }

                var hours = (await db.Use(SelectFailureHours).Bind(since)
                    .Bind([.. found.Select(static one => (string?)one.Row.Fingerprint)])
                    .Bind([.. found.Select(static one => one.Line)])
                    .ListAsync(static row => (Key: (row.Text(0), row.Int(1)), Hour: new FailureHour(
                        row.Time(2), row.Long(3), row.Long(4), row.Long(5), row.Long(6)))).ConfigureAwait(false))
                    .ToLookup(static one => one.Key, static one => one.Hour);
                return [.. found.Select(one => one.Row with { Hours = [.. hours[(one.Row.Fingerprint, one.Line)]] })];
            },
            cancellationToken);

    /// <summary>Counts an attempt that failed among those that are like it.</summary>
    private static void CountFailure(Batch batch, in Lease lease, Line line, long worker, JobError error, long now) =>
        batch.Db.Use(InsertFailure).Bind(error.Fingerprint).Bind(now).Bind(line.Id).Bind(worker).Bind(lease.Job).Bind(lease.Attempt)
            .Bind(HourOf(now)).Later();

    private static long HourOf(long micros) => micros - (micros % HourMicros);
}
