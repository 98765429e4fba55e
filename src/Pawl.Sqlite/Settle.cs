using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectFenced = """
        select line_id, generation, unique_key, concurrency_key, started_at, started_seq, run_at, cancel_requested_at,
            failures, snoozes, priority, worker_id, recoveries
        from job
        where id = @id and state = 'running' and attempt = @attempt and lease_token = @token
        """;

    private const string SettleJob = """
        update job set state = @to, reason = @reason, run_at = @run_at, priority = @priority, failures = @failures, snoozes = @snoozes,
            ended_at = @ended_at, worker_id = null, lease_token = null, prefetched = 0, row_version = row_version + 1
        where id = @id and state = 'running' and attempt = @attempt and lease_token = @token
        """;

    // of a job that its batch's lease held until now: the start, the end and the attempt in one change
    private const string SucceedLeased = """
        update job set state = 'succeeded', attempt = 1, started_at = @started_at, started_seq = @started_seq, ended_at = @now,
            ended_seq = @ended_seq, ended_by = @worker, ended_token = @token, run_us = @run, row_version = row_version + 2
        where id = @id and state = 'queued' and attempt = 0
        """;

    private const string InsertAttempt = """
        insert into attempt (job_id, attempt, generation, worker_id, lease_token, outcome, started_at, ended_at, wait_us, run_us, error,
            next_run_at, rule, recovery, started_seq, ended_seq)
        values (@job, @attempt, @generation, @worker, @token, @outcome, @started_at, @ended_at, @wait, @run, @error,
            @next_run_at, @rule, @recovery, @started_seq, @ended_seq)
        """;

    private const string SelectNow = "select state, attempt, generation from job where id = @id";
    private const string SelectCancelReason = "select end_reason from job_cancel where id = @id";
    private const string SelectReasons = "select priority_reasons from job_body where id = @id";
    private const string SaveReasons = "update job_body set priority_reasons = @reasons where id = @id";

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SettleReply>> SettleAsync(
        IReadOnlyList<Settlement> settlements, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var settlement in settlements)
        {
            Check(settlement);
        }

        return WriteAsync<IReadOnlyList<SettleReply>>(
            batch =>
            {
                var replies = new SettleReply[settlements.Count];
                for (var i = 0; i < replies.Length; i++)
                {
                    replies[i] = Settle(batch, settlements[i], Micros.Of(now));
                }

                return replies;
            },
            cancellationToken);
    }

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

    private SettleReply Settle(Batch batch, Settlement end, long now)
    {
        var (id, attempt, token) = end.Lease;
        if (batch.Leases.Find(id.Value) is { } leased)
        {
            if (attempt == 1 && leased.Lease.Token == token && end is { Event: JobEvent.Completed, Last: null, Error: null, Rule: null })
            {
                return Succeed(batch, end, leased, now);
            }

            batch.Leases.WriteOut(batch.Db, id.Value);
        }

        if (Fenced(batch, end.Lease) is not { } job)
        {
            return IsTheSame(batch.Db, end, now)
                ? new SettleReply(Settled.Repeated, StateOf(batch, id), attempt)
                : Refuse(batch, end.Lease, now, Words.Of(end.Outcome));
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

        var last = end.Last is { } words ? SaveFenced(batch, words, job, now) : null;
        if (last is { CheckpointOlder: true } or { ChildRefusal: not null })
        {
            return new SettleReply(Settled.LastRefused, JobState.Running, attempt, last);
        }

        return new SettleReply(Settled.Done, End(batch, end, job, happened, now), attempt, last);
    }

    /// <summary>Ends an attempt whose lease was just checked; where its job goes.</summary>
    private static JobState End(Batch batch, Settlement end, FencedJob job, JobEvent happened, long now)
    {
        var (id, attempt, token) = end.Lease;
        var to = Transitions.Next(JobState.Running, happened)!.Value;
        var counts = end.Outcome is Outcome.Failed or Outcome.TimedOut;
        var failures = job.Failures + (counts ? 1 : 0);
        var snoozes = end.Outcome switch
        {
            Outcome.Snoozed => end.MadeProgress ? 0 : job.Snoozes + 1,
            Outcome.Released => job.Snoozes,
            _ => 0,
        };
        var priority = happened == JobEvent.RetryLater ? Rescore(batch.Db, id, job.Priority, failures, end.RetryPoints) : job.Priority;
        var runAt = to == JobState.Scheduled ? Micros.Of(end.RunAt!.Value) : job.RunAt;
        var reason = to switch
        {
            JobState.Scheduled => Words.Of(end.WaitReason!.Value),
            JobState.Cancelled => CancelReason(batch.Db, id),
            _ => null,
        };
        var terminal = Transitions.IsTerminal(to);
        var rows = batch.Db.Use(SettleJob).Bind(Words.Of(to)).Bind(reason).Bind(runAt).Bind(priority).Bind(failures).Bind(snoozes)
            .Bind(terminal ? now : null).Bind(id).Bind(attempt).Bind(token).Run();
        if (rows != 1)
        {
            throw new System.Diagnostics.UnreachableException($"Attempt {attempt} of job {id} held its lease and could not be ended.");
        }

        var seq = RecordEnd(batch, end, job, to, now, reason);
        batch.Db.Use(InsertAttempt).Bind(id).Bind(attempt).Bind(job.Generation).Bind(job.WorkerId).Bind(token).Bind(Words.Of(end.Outcome))
            .Bind(job.StartedAt).Bind(now).Bind(Math.Max(0, job.StartedAt - job.RunAt)).Bind(end.Run).Bind(StoreJson.Write(end.Error))
            .Bind(to == JobState.Scheduled ? runAt : null).Bind(end.Rule)
            .Bind(job.Recoveries > 0 ? StoreJson.Write(MarkOf(batch.Db, id, attempt)) : null).Bind(job.StartedSeq).Bind(seq).Run();
        if (end.Result is not null || end.Degraded is not null || end.Error is not null || attempt > 1)
        {
            var error = to == JobState.Succeeded ? null : StoreJson.Write(end.Error);
            batch.Db.Use(SaveEnd).Bind(id).BindText(end.Result).Bind(end.Degraded).Bind(error).Run();
        }

        if (counts && end.Error is { } failed)
        {
            CountFailure(batch, end.Lease, job.Line, job.WorkerId, failed, now);
        }

        Account(batch, job.Line, end, to, now);
        if (terminal)
        {
            Ended(batch, job.Line, id.Value, to, job.UniqueKey, job.ConcurrencyKey, now);
        }
        else
        {
            batch.Retry(job.Line, to == JobState.Queued ? failures : 0, 1);
            FreeKey(batch, job.ConcurrencyKey);
            Hint(batch, to, priority, runAt, null);
        }

        return to;
    }

    /// <summary>The plain end of a job that its batch's lease held until now: one change of its row.</summary>
    private SettleReply Succeed(Batch batch, Settlement end, LeasedJob job, long now)
    {
        var (id, attempt, token) = end.Lease;
        batch.Leases.Remove(batch.Db, id.Value, job);
        var seq = batch.Event(
            EventKind.Succeeded, id.Value, job.Generation, attempt, JobState.Running, JobState.Succeeded, now, worker: job.Lease.Worker);
        var rows = batch.Db.Use(SucceedLeased).Bind(job.Lease.StartedAt).Bind(job.StartedSeq).Bind(now).Bind(seq).Bind(job.Lease.Worker)
            .Bind(token).Bind(end.Run).Bind(id).Run();
        if (rows != 1)
        {
            throw new System.Diagnostics.UnreachableException($"Job {id} was leased with its batch and its row says otherwise.");
        }

        if (end.Result is not null || end.Degraded is not null)
        {
            batch.Db.Use(SaveEnd).Bind(id).BindText(end.Result).Bind(end.Degraded).BindNull().Run();
        }

        Account(batch, job.Line, end, JobState.Succeeded, now);
        Ended(batch, job.Line, id.Value, JobState.Succeeded, job.UniqueKey, null, now);
        return new SettleReply(Settled.Done, JobState.Succeeded, attempt);
    }

    private static void Account(Batch batch, Line line, Settlement end, JobState to, long now)
    {
        batch.Move(line, JobState.Running, to);
        var tally = batch.Minutes.Of(line, now);
        tally.Ended[(int)end.Outcome]++;
        var run = Micros.Of(end.Run);
        tally.RunMicros += run;
        if (end.Outcome is Outcome.Succeeded or Outcome.Failed or Outcome.TimedOut)
        {
            tally.Times.AddRun(run);
        }

        if (to == JobState.Failed)
        {
            tally.Died++;
            batch.Die(line, 1, end.Lease.Job.Value);
        }
    }

    private static long RecordEnd(Batch batch, Settlement end, FencedJob job, JobState to, long now, string? reason)
    {
        var kind = end.Outcome == Outcome.TimedOut && to != JobState.Cancelled ? EventKind.TimedOut : to switch
        {
            JobState.Succeeded => EventKind.Succeeded,
            JobState.Failed => EventKind.Failed,
            JobState.Cancelled => EventKind.Cancelled,
            JobState.Queued => EventKind.Released,
            _ => end.Event == JobEvent.RetryLater ? EventKind.RetryScheduled : EventKind.Snoozed,
        };
        return batch.Event(
            kind, end.Lease.Job.Value, job.Generation, end.Lease.Attempt, JobState.Running, to,
            now, reason: end.Rule ?? end.Error?.Code ?? reason, worker: job.WorkerId);
    }

    /// <summary>The priority before another run. One that was given without reasons cannot be reckoned anew, so it stays.</summary>
    private static int Rescore(Connection db, JobId id, int priority, int failures, (int Each, int Most) points)
    {
        var row = db.Use(SelectReasons).Bind(id);
        var reasons = row.Step() ? StoreJson.ReadReasons(row.TextOrNull(0)) : [];
        row.Reset();
        if (reasons.Count == 0 && priority != 0)
        {
            return priority;
        }

        var score = PriorityScore.WithRetries(reasons, failures, points.Each, points.Most);
        db.Use(SaveReasons).Bind(StoreJson.Write(score.Reasons)).Bind(id).Run();
        return score.Points;
    }

    private static string CancelReason(Connection db, JobId id)
    {
        var row = db.Use(SelectCancelReason).Bind(id);
        var reason = row.Step() ? row.Text(0) : Words.Of(EndReason.User);
        row.Reset();
        return reason;
    }

    /// <summary>The job of a lease, if that lease still holds.</summary>
    private static FencedJob? Fenced(Batch batch, in Lease lease)
    {
        var row = batch.Db.Use(SelectFenced).Bind(lease.Job).Bind(lease.Attempt).Bind(lease.Token);
        if (!row.Step())
        {
            return null;
        }

        var job = new FencedJob(
            batch.Lines[row.Long(0)], row.Int(1), row.TextOrNull(2), row.TextOrNull(3), row.Long(4), row.Long(5), row.Long(6),
            !row.IsNull(7), row.Int(8), row.Int(9), row.Int(10), row.Long(11), row.Int(12));
        row.Reset();
        return job;
    }

    /// <summary>Answers a write whose lease does not hold, and records that it was refused.</summary>
    private static SettleReply Refuse(Batch batch, in Lease lease, long now, string what)
    {
        batch.Leases.WriteOut(batch.Db, lease.Job.Value);
        var row = batch.Db.Use(SelectNow).Bind(lease.Job);
        if (!row.Step())
        {
            return new SettleReply(Settled.Gone, null, 0);
        }

        var (state, attempt, generation) = (row.State(0), row.Int(1), row.Int(2));
        row.Reset();
        batch.JobEvent(EventKind.StaleWrite, lease.Job.Value, generation, lease.Attempt, null, null, now, reason: what);
        return new SettleReply(Settled.LeaseLost, state, attempt);
    }

    private readonly record struct FencedJob(
        Line Line,
        int Generation,
        string? UniqueKey,
        string? ConcurrencyKey,
        long StartedAt,
        long StartedSeq,
        long RunAt,
        bool CancelRequested,
        int Failures,
        int Snoozes,
        int Priority,
        long WorkerId,
        int Recoveries);
}
