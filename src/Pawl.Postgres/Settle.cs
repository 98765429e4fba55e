using Npgsql;
using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SettleJob = """
        update pawl.job_state set state = $4, reason = $5, run_at = $6, priority = $7, failures = $8, snoozes = $9, ended_at = $10,
            worker_id = null, lease_token = null, prefetched = false, moved = moved or priority <> $7, row_version = row_version + 1
        where id = $1 and state = 'running' and attempt = $2 and lease_token = $3
        """;

    private const string InsertAttempt = """
        insert into pawl.attempt (job_id, attempt, generation, worker_id, lease_token, outcome, started_at, ended_at, wait_us, run_us,
            error,
            next_run_at, rule, recovery, started_pack, ended_pack)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        """;

    private const string SaveEnd = """
        insert into pawl.job_end (id, result, degraded, error) values ($1, $2, $3, $4)
        on conflict (id) do update set result = excluded.result, degraded = excluded.degraded, error = excluded.error
        """;

    private const string SelectReasons = "select priority_reasons from pawl.job_state where id = $1";
    private const string SaveReasons = "update pawl.job_state set priority_reasons = $2 where id = $1";
    private const string SelectCancelReason = "select end_reason from pawl.job_cancel where id = $1";

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SettleReply>> SettleAsync(
        IReadOnlyList<Settlement> settlements, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var settlement in settlements)
        {
            Check(settlement);
        }

        var empty = _held.TakeEmpty();
        SettleRun settled;
        try
        {
            settled = await WriteAsync(batch => SettleAsync(batch, settlements, Micros.Of(now), empty, alone: false), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception error) when (IsKnownAlready(error))
        {
            settled = await WriteAsync(batch => SettleAsync(batch, settlements, Micros.Of(now), empty, alone: true), cancellationToken)
                .ConfigureAwait(false);
        }

        _held.Forget(settlements, settled.Closed);
        return settled.Replies;
    }

    /// <summary>Whether one of many successes was stored before, by a call whose answer was lost.</summary>
    private static bool IsKnownAlready(Exception error) =>
        (error as PostgresException ?? error.InnerException as PostgresException)?.SqlState == PostgresErrorCodes.UniqueViolation;

    private static void Check(Settlement settlement)
    {
        var to = Transitions.Next(JobState.Running, settlement.Event);
        var fits = settlement.Event is JobEvent.Completed or JobEvent.RetryLater or JobEvent.FailedForGood
            or JobEvent.Snoozed or JobEvent.Released or JobEvent.Stopped;
        if (to is null || !fits)
        {
            throw new ArgumentException(
                $"An attempt cannot end by {settlement.Event}; "
                + "its ends are completed, retry later, failed for good, snoozed, released and stopped.");
        }

        if (settlement.Last is { } last && last.Lease != settlement.Lease)
        {
            throw new ArgumentException("What an attempt says at its end must show the lease that ends.");
        }

        if (to == JobState.Scheduled && (settlement.RunAt is null || settlement.WaitReason is null))
        {
            throw new ArgumentException(
                $"An attempt that ends by {settlement.Event} must say when the job is due again, and why it waits.");
        }
    }

    private async ValueTask<SettleRun> SettleAsync(
        Batch batch, IReadOnlyList<Settlement> ends, long now, IEnumerable<LeaseToken> empty, bool alone)
    {
        var run = new SettleRun(ends.Count);
        if (!alone)
        {
            await SucceedAsync(batch, ends, now, run).ConfigureAwait(false);
        }

        var others = Enumerable.Range(0, ends.Count).Where(i => !run.IsDone[i]);
        foreach (var i in others.OrderBy(i => ends[i].Lease.Job))   // locks in one order; the replies in theirs
        {
            run.Replies[i] = await SettleAsync(batch, ends[i], now).ConfigureAwait(false);
        }

        run.Closed.UnionWith(empty);
        if (run.Closed.Count > 0)
        {
            batch.Db.Use(CloseLeases).Bind(Bytes(run.Closed)).Later();
        }

        return run;
    }

    private async ValueTask<SettleReply> SettleAsync(Batch batch, Settlement end, long now)
    {
        var (id, attempt, token) = end.Lease;
        if (await Fence.PassAsync(batch, end.Lease).ConfigureAwait(false) is not { } job)
        {
            return await IsTheSameAsync(batch.Db, end, now).ConfigureAwait(false)
                ? new SettleReply(Settled.Repeated, await StateOfAsync(batch, id).ConfigureAwait(false), attempt)
                : await RefuseAsync(batch, end.Lease, now, Words.Of(end.Outcome)).ConfigureAwait(false);
        }

        var happened = end.Event;
        if (job.CancelRequested && happened is (JobEvent.RetryLater or JobEvent.Snoozed or JobEvent.Released))
        {
            happened = JobEvent.Stopped;   // asked to stop: no new attempt may start, whatever this one hoped for
        }

        if (happened == JobEvent.Stopped && !job.CancelRequested)
        {
            throw new PawlException(
                "cancel_not_requested",
                $"Attempt {attempt} of job {id} reports that it was cancelled, but nobody asked for that. Report how it really ended.",
                job: id);
        }

        var last = end.Last is { } words ? await SaveFencedAsync(batch, words, job, now).ConfigureAwait(false) : null;
        if (last is { CheckpointOlder: true } or { ChildRefusal: not null })
        {
            return new SettleReply(Settled.LastRefused, JobState.Running, attempt, last);
        }

        var to = Transitions.Next(JobState.Running, happened)!.Value;
        var counts = end.Outcome is Outcome.Failed or Outcome.TimedOut;
        var failures = job.Failures + (counts ? 1 : 0);
        var snoozes = end.Outcome switch
        {
            Outcome.Snoozed => end.MadeProgress ? 0 : job.Snoozes + 1,
            Outcome.Released => job.Snoozes,
            _ => 0,
        };
        var priority = happened == JobEvent.RetryLater
            ? await RescoreAsync(batch.Db, id, job.Priority, failures, end.RetryPoints).ConfigureAwait(false)
            : job.Priority;
        var runAt = to == JobState.Scheduled ? Micros.Of(end.RunAt!.Value) : job.RunAt;
        var reason = to switch
        {
            JobState.Scheduled => Words.Of(end.WaitReason!.Value),
            JobState.Cancelled => await CancelReasonAsync(batch.Db, id).ConfigureAwait(false),
            _ => null,
        };
        var terminal = Transitions.IsTerminal(to);
        batch.Db.Use(SettleJob).Bind(id).Bind(attempt).Bind(token).Bind(Words.Of(to)).Bind(reason).Bind(runAt).Bind(priority).Bind(failures)
            .Bind(snoozes).Bind(terminal ? now : (long?)null).Later();
        var pack = await batch.PackAsync().ConfigureAwait(false);
        RecordEnd(batch, end, job, to, now, reason);
        var mark = job.Recoveries > 0 ? await MarkOfAsync(batch.Db, id, attempt).ConfigureAwait(false) : null;
        batch.Db.Use(InsertAttempt).Bind(id).Bind(attempt).Bind(job.Generation).Bind(job.WorkerId).Bind(token).Bind(Words.Of(end.Outcome))
            .Bind(job.StartedAt).Bind(now).Bind(Math.Max(0, job.StartedAt - job.RunAt)).Bind(end.Run).Bind(StoreJson.Write(end.Error))
            .Bind(to == JobState.Scheduled ? runAt : (long?)null).Bind(end.Rule).Bind(StoreJson.Write(mark)).Bind(job.StartedPack)
            .Bind(pack)
            .Later();
        if (end.Result is not null || end.Degraded is not null || end.Error is not null || attempt > 1)
        {
            var error = to == JobState.Succeeded ? null : StoreJson.Write(end.Error);
            batch.Db.Use(SaveEnd).Bind(id).BindText(end.Result).Bind(end.Degraded).Bind(error).Later();
        }

        if (counts && end.Error is { } failed)
        {
            CountFailure(batch, end.Lease, job.Line, job.WorkerId, failed, now);
        }

        Account(batch, job.Line, end, to, now);
        if (terminal)
        {
            await EndedAsync(batch, job.Line, id.Value, to, job.UniqueKey, job.ConcurrencyKey, now, job.Awaited).ConfigureAwait(false);
        }
        else
        {
            batch.Retry(job.Line, to == JobState.Queued ? failures : 0, 1);
            await FreeKeyAsync(batch, job.ConcurrencyKey).ConfigureAwait(false);
            Hint(batch, to, priority, runAt, null);
        }

        return new SettleReply(Settled.Done, to, attempt, last);
    }

    private static void Account(Batch batch, Line line, Settlement end, JobState to, long now)
    {
        batch.Move(line, JobState.Running, to);
        var tally = batch.TallyOf(line, now);
        tally.Ended(end.Outcome, 1, Micros.Of(end.Run));
        tally.Ran(end.Outcome, Micros.Of(end.Run));
        if (to == JobState.Failed)
        {
            tally.Died();
            batch.Die(line, 1, end.Lease.Job.Value);
        }
    }

    private static void RecordEnd(Batch batch, Settlement end, FencedJob job, JobState to, long now, string? reason)
    {
        var kind = end.Outcome == Outcome.TimedOut && to != JobState.Cancelled ? EventKind.TimedOut : to switch
        {
            JobState.Succeeded => EventKind.Succeeded,
            JobState.Failed => EventKind.Failed,
            JobState.Cancelled => EventKind.Cancelled,
            JobState.Queued => EventKind.Released,
            _ => end.Event == JobEvent.RetryLater ? EventKind.RetryScheduled : EventKind.Snoozed,
        };
        batch.Event(
            kind, end.Lease.Job.Value, job.Generation, end.Lease.Attempt, JobState.Running, to,
            now, reason: end.Rule ?? end.Error?.Code ?? reason, worker: job.WorkerId);
    }

    /// <summary>The priority before another run. One that was given without reasons cannot be reckoned anew, so it stays.</summary>
    private static async ValueTask<int> RescoreAsync(Session db, JobId id, int priority, int failures, (int Each, int Most) points)
    {
        var reasons = StoreJson.ReadReasons(
            await db.Use(SelectReasons)
                .Bind(id).FirstAsync(static row => row.TextOrNull(0) ?? "").ConfigureAwait(false) is { Length: > 0 } json
                ? json
                : null);
        if (reasons.Count == 0 && priority != 0)
        {
            return priority;
        }

        var score = PriorityScore.WithRetries(reasons, failures, points.Each, points.Most);
        db.Use(SaveReasons).Bind(id).Bind(StoreJson.Write(score.Reasons)).Later();
        return score.Points;
    }

    private static async ValueTask<string> CancelReasonAsync(Session db, JobId id) =>
        await db.Use(SelectCancelReason).Bind(id).FirstAsync(static row => row.Text(0)).ConfigureAwait(false) ?? Words.Of(EndReason.User);

    /// <summary>Answers a write whose lease does not hold, and records that it was refused.</summary>
    private static async ValueTask<SettleReply> RefuseAsync(Batch batch, Lease lease, long now, string what)
    {
        var head = await Head.FindAsync(batch, lease.Job.Value).ConfigureAwait(false);
        if (head is null)
        {
            return new SettleReply(Settled.Gone, null, 0);
        }

        batch.JobEvent(EventKind.StaleWrite, lease.Job.Value, head.Generation, lease.Attempt, null, null, now, reason: what);
        return new SettleReply(Settled.LeaseLost, head.State, head.Attempt);
    }
}
