using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectFailedSo = """
        select max(ended_at) from attempt where job_id = @job and attempt < @attempt and json_extract(error, '$.fingerprint') = @fingerprint
        """;

    private const string SaveFailureGroup = """
        insert into failure (fingerprint, line_id, first_seen, last_seen, sample_job_id, error)
        values (@fingerprint, @line, @now, @now, @job, @error)
        on conflict (fingerprint, line_id) do update set
            last_seen = max(last_seen, excluded.last_seen), sample_job_id = excluded.sample_job_id, error = excluded.error
        """;

    private const string SaveFailureHour = """
        insert into failure_hour (fingerprint, hour, line_id, worker_id, attempts, jobs, new_jobs)
        values (@fingerprint, @hour, @line, @worker, 1, @jobs, @new)
        on conflict (fingerprint, hour, line_id, worker_id) do update set
            attempts = attempts + 1, jobs = jobs + excluded.jobs, new_jobs = new_jobs + excluded.new_jobs
        """;

    private const string FailureColumns = """
        f.fingerprint, f.line_id, l.queue, l.type, f.first_seen, f.last_seen, f.sample_job_id, f.error,
            (select count(*) from (
                select 1 from dead d where d.fingerprint = f.fingerprint and d.line_id = f.line_id limit 10000))
        """;

    private const string SelectFailures = $"""
        select {FailureColumns}
        from failure f join line l on l.id = f.line_id
        where f.last_seen >= @since
        order by f.last_seen desc limit @limit
        """;

    private const string SelectFailuresOf = $"""
        select {FailureColumns}
        from failure f join line l on l.id = f.line_id
        where f.fingerprint = @fingerprint and f.last_seen >= @since
        order by f.last_seen desc limit @limit
        """;

    private const string SelectFailureHours = """
        select hour, worker_id, attempts, jobs, new_jobs from failure_hour
        where fingerprint = @fingerprint and hour >= @since and line_id = @line
        order by hour, worker_id
        """;

    private const string DropOldFailureHours = "delete from failure_hour where hour < @before";
    private const string DropOldFailures = "delete from failure where last_seen < @before";
    private const long HourMicros = 3_600_000_000;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<FailureRow>> FailuresAsync(FailureQuery query, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<FailureRow>>(
            db =>
            {
                var since = HourOf(Micros.Of(query.Since));
                var found = new List<(long Line, FailureRow Row)>();
                var row = query.Fingerprint is { } wanted ? db.Use(SelectFailuresOf).Bind(wanted) : db.Use(SelectFailures);
                for (row.Bind(since).Bind(query.Limit); row.Step();)
                {
                    found.Add((row.Long(1), new FailureRow
                    {
                        Fingerprint = row.Text(0),
                        Queue = row.Text(2),
                        Type = row.Text(3),
                        FirstSeen = row.Time(4),
                        LastSeen = row.Time(5),
                        SampleJob = new JobId(row.Long(6)),
                        Error = StoreJson.ReadError(row.Text(7))!,
                        Dead = row.Long(8),
                    }));
                }

                return [.. found.Select(one => one.Row with { Hours = HoursOf(db, one.Row.Fingerprint, since, one.Line) })];
            },
            cancellationToken);

    private static List<FailureHour> HoursOf(Connection db, string fingerprint, long since, long line)
    {
        var hours = new List<FailureHour>();
        for (var row = db.Use(SelectFailureHours).Bind(fingerprint).Bind(since).Bind(line); row.Step();)
        {
            hours.Add(new FailureHour(row.Time(0), row.Long(1), row.Long(2), row.Long(3), row.Long(4)));
        }

        return hours;
    }

    /// <summary>Counts an attempt that failed among those that are like it.</summary>
    private static void CountFailure(Batch batch, in Lease lease, Line line, long worker, JobError error, long now)
    {
        var (job, attempt, _) = lease;
        var row = batch.Db.Use(SelectFailedSo).Bind(job).Bind(attempt).Bind(error.Fingerprint);
        row.Step();
        var last = row.LongOrNull(0);
        row.Reset();
        var hour = HourOf(now);
        batch.Db.Use(SaveFailureGroup).Bind(error.Fingerprint).Bind(line.Id).Bind(now).Bind(job).Bind(StoreJson.Write(error)).Run();
        batch.Db.Use(SaveFailureHour).Bind(error.Fingerprint).Bind(hour).Bind(line.Id).Bind(worker)
            .Bind(last is null || last < hour).Bind(last is null).Run();
    }

    private static long HourOf(long micros) => micros - (micros % HourMicros);
}
