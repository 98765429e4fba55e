using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // Who holds a row now is about to change it: it is looked at again in a moment.
    private const string SelectDue = """
        select id, line_id, priority, generation, attempt, failures
        from pawl.job_state
        where state = 'scheduled' and not deferred and run_at <= $1
        order by run_at, id limit $2
        for update skip locked
        """;

    private const string PromoteJobs = """
        update pawl.job_state set state = 'queued', reason = null, row_version = row_version + 1
        where id = any($1) and state = 'scheduled' and not deferred
        """;

    private const string SelectExpired = """
        select id from pawl.job_state
        where start_by is not null and attempt = 0 and ended_at is null and start_by <= $1
        order by start_by, id limit $2
        for update skip locked
        """;

    private const string SelectNext = """
        select least(
            (select run_at from pawl.job_state where state = 'scheduled' and not deferred order by run_at, id limit 1),
            (select start_by from pawl.job_state
            where start_by is not null and attempt = 0 and ended_at is null
            order by start_by, id limit 1),
            (select until from pawl.pause where until is not null order by until limit 1))
        """;

    // An array, or the rows to delete might be looked for anew for each row.
    private const string DropIdempotencyKeys = """
        delete from pawl.idempotency_key where key = any(array(
            select key from pawl.idempotency_key where expires_at <= $1 order by expires_at limit 100 for update skip locked))
        """;

    /// <inheritdoc/>
    public async ValueTask<PromoteReply> PromoteAsync(PromoteRequest request, CancellationToken cancellationToken)
    {
        var idle = await NotDueAsync(request, cancellationToken).ConfigureAwait(false);
        var reply = idle?.Reply
            ?? await WriteAsync(batch => PromoteAsync(batch, request), cancellationToken).ConfigureAwait(false);
        if (reply.Accepted)
        {
            await DoChoresAsync(request.Now, idle?.Left, cancellationToken).ConfigureAwait(false);
        }

        return reply;
    }

    private async ValueTask<PromoteReply> PromoteAsync(Batch batch, PromoteRequest request)
    {
        if (!await LeadsAsync(batch.Db, request.Term).ConfigureAwait(false))
        {
            return new PromoteReply(false, 0, 0, false, null);
        }

        // before the due ones: what is too late must not start
        var now = Micros.Of(request.Now);
        await EndPausesAsync(batch, request.Now).ConfigureAwait(false);
        var late = await MeetLateAsync(batch, now, request.Count).ConfigureAwait(false);
        var (expired, more) = await ExpireAsync(batch, now, request.Count).ConfigureAwait(false);
        var (due, deferred) = await PromoteDueAsync(batch, request, now).ConfigureAwait(false);
        batch.Db.Use(DropIdempotencyKeys).Bind(now).Later();
        batch.Db.Use(DropOldReplays).Bind(now).Later();
        var next = await batch.Db.Use(SelectNext).ListAsync(static row => row.TimeOrNull(0)).ConfigureAwait(false);
        return new PromoteReply(true, due, expired, more || late || due + deferred == request.Count, next[0], deferred);
    }

    private async ValueTask<(int Due, int Deferred)> PromoteDueAsync(Batch batch, PromoteRequest request, long now)
    {
        var jobs = await batch.Db.Use(SelectDue).Bind(now).Bind(request.Count).ListAsync(static row => (
            Id: row.Long(0), LineId: row.Int(1), Priority: row.Int(2), Generation: row.Int(3), Attempt: row.Int(4), Failures: row.Int(5)))
            .ConfigureAwait(false);
        var crowds = jobs.Exists(static job => job.Failures > 0)
            ? await CrowdsAsync(batch, request).ConfigureAwait(false)
            : [];
        var promoted = new List<long>(jobs.Count);
        foreach (var (id, lineId, priority, generation, attempt, failures) in jobs)
        {
            var line = await batch.LineAsync(lineId).ConfigureAwait(false);
            var crowd = crowds.GetValueOrDefault(line.Queue);
            batch.Runnable(priority);   // also for one set aside: a worker that has none of those first attempts may have room for it
            if (failures > 0 && crowd?.RetriesWait == true)
            {
                SetAside(batch, new Deferral(id, line, generation, attempt, JobState.Scheduled), now);
                continue;
            }

            promoted.Add(id);
            crowd?.Enter(line, failures);
            batch.Move(line, JobState.Scheduled, JobState.Queued);
            batch.Retry(line, failures, 1);
            batch.JobEvent(EventKind.Due, id, generation, attempt, JobState.Scheduled, JobState.Queued, now, "engine");
        }

        if (promoted.Count > 0)
        {
            batch.Db.Use(PromoteJobs).Bind([.. promoted]).Later();
        }

        return (promoted.Count, jobs.Count - promoted.Count);
    }

    private static async ValueTask<(int Expired, bool More)> ExpireAsync(Batch batch, long now, int count)
    {
        var late = await batch.Db.Use(SelectExpired).Bind(now).Bind(count).ListAsync(static row => row.Long(0)).ConfigureAwait(false);
        var expired = 0;
        foreach (var id in late)
        {
            // the end of one may have ended another of them, which waited for it
            var ended = await EndUnstartedAsync(batch, id, JobEvent.Expired, Words.Of(EndReason.Expired), "engine", now)
                .ConfigureAwait(false);
            expired += ended ? 1 : 0;
        }

        return (expired, late.Count == count);
    }
}
