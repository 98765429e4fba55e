using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectDue = """
        select id, line_id, priority, generation, attempt, run_at, failures
        from job
        where state = 'scheduled' and deferred = 0 and run_at <= @now
        order by run_at, id limit @count
        """;

    private const string PromoteJob = """
        update job set state = 'queued', reason = null, row_version = row_version + 1
        where id = @id and state = 'scheduled' and deferred = 0 and run_at <= @now
        """;

    private const string SelectExpired = """
        select id from job
        where start_by is not null and attempt = 0 and ended_at is null and start_by <= @now
        order by start_by, id limit @count
        """;

    private const string SelectNextDue = "select run_at from job where state = 'scheduled' and deferred = 0 order by run_at, id limit 1";
    private const string SelectNextExpiry = """
        select start_by from job
        where start_by is not null and attempt = 0 and ended_at is null
        order by start_by, id limit 1
        """;

    private const string SelectNextPauseEnd = "select until from pause where until is not null order by until limit 1";
    private const string DropIdempotencyKeys = """
        delete from idempotency_key where key in (select key from idempotency_key where expires_at <= @now order by expires_at limit 100)
        """;

    /// <inheritdoc/>
    public ValueTask<PromoteReply> PromoteAsync(PromoteRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            batch =>
            {
                if (!Leads(batch.Db, request.Term))
                {
                    return new PromoteReply(false, 0, 0, false, null);
                }

                var now = Micros.Of(request.Now);
                EndPauses(batch, request.Now);
                var expired = Expire(batch, now, request.Count, out var more);   // before the due ones: what is too late must not start
                var (due, deferred) = PromoteDue(batch, request, now);
                batch.Db.Use(DropIdempotencyKeys).Bind(now).Run();
                batch.Db.Use(DropOldReplays).Bind(now).Run();
                var next = Earliest(
                    Earliest(First(batch.Db, SelectNextDue), First(batch.Db, SelectNextExpiry)), First(batch.Db, SelectNextPauseEnd));
                return new PromoteReply(true, due, expired, more || due + deferred == request.Count, next, deferred);
            },
            cancellationToken);

    private static (int Due, int Deferred) PromoteDue(Batch batch, PromoteRequest request, long now)
    {
        var jobs = new List<(long Id, Line Line, int Priority, int Generation, int Attempt, long RunAt, int Failures)>();
        for (var row = batch.Db.Use(SelectDue).Bind(now).Bind((long)request.Count); row.Step();)
        {
            jobs.Add((row.Long(0), batch.Lines[row.Long(1)], row.Int(2), row.Int(3), row.Int(4), row.Long(5), row.Int(6)));
        }

        var deferred = 0;
        foreach (var (id, line, priority, generation, attempt, runAt, failures) in jobs)
        {
            if (failures > 0 && MustWait(batch, line, request))
            {
                SetAside(batch, new Deferral(id, line, generation, attempt, JobState.Scheduled), now);
                batch.Runnable(priority);   // a worker that has none of those first attempts may have room for it
                deferred++;
                continue;
            }

            if (batch.Db.Use(PromoteJob).Bind(id).Bind(now).Run() == 1)
            {
                batch.Enter(line, JobState.Scheduled, JobState.Queued, priority, runAt, id);
                batch.Retry(line, failures, 1);
                batch.JobEvent(EventKind.Due, id, generation, attempt, JobState.Scheduled, JobState.Queued, now, "engine");
                batch.Runnable(priority);
            }
        }

        return (jobs.Count - deferred, deferred);
    }

    private int Expire(Batch batch, long now, int count, out bool more)
    {
        var late = new List<long>();
        for (var row = batch.Db.Use(SelectExpired).Bind(now).Bind((long)count); row.Step();)
        {
            late.Add(row.Long(0));
        }

        more = late.Count == count;
        var expired = 0;
        foreach (var id in late)
        {
            // the end of one may have ended another of them, which waited for it
            expired += EndUnstarted(batch, id, JobEvent.Expired, Words.Of(EndReason.Expired), "engine", now) ? 1 : 0;
        }

        return expired;
    }

    private static DateTimeOffset? First(Connection db, string sql)
    {
        var row = db.Use(sql);
        DateTimeOffset? at = row.Step() ? row.Time(0) : null;
        row.Reset();
        return at;
    }

    private static DateTimeOffset? Earliest(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b ?? a : a;
}
