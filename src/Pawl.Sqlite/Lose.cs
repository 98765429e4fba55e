using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string IsLeader = "select count(*) from leader where name = 'chores' and term = @term and worker_id is not null";
    private const string MarkGone = "update worker set gone = 1 where id = @id and beat = @beat";
    private const string SelectLost = """
        select id, attempt, lease_token, prefetched, losses, unbegun
        from job
        where worker_id = @worker and state = 'running'
        order by id limit @count
        """;

    private const string SelectOne = """
        select id, attempt, lease_token, prefetched, losses, unbegun from job where id = @id and state = 'running' and attempt = @attempt
        """;

    private const string CountRecovery = "update job set recoveries = recoveries + 1 where id = @id";
    private const string LoseJob = """
        update job set state = @to, reason = @reason, losses = @losses, unbegun = @unbegun, ended_at = @ended_at,
            worker_id = null, lease_token = null, prefetched = 0, row_version = row_version + 1
        where id = @id and state = 'running' and attempt = @attempt and lease_token = @token
        """;

    /// <inheritdoc/>
    public ValueTask<LoseReply> LoseAsync(LoseRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            batch =>
            {
                if (!Leads(batch.Db, request.Term))
                {
                    return new LoseReply(false, [], false);
                }

                if (request.Attempts is null && batch.Db.Use(MarkGone).Bind(request.WorkerId).Bind(request.SeenBeat).Run() != 1)
                {
                    return new LoseReply(false, [], false);
                }

                var running = request.Attempts is { } attempts ? RunningOf(batch, attempts) : RunningOf(batch, request);
                var lost = new List<LostJob>(running.Count);
                foreach (var (lease, prefetched, losses, unbegun) in running)
                {
                    lost.Add(Lose(batch, request, lease, prefetched, losses, unbegun));
                }

                return new LoseReply(true, lost, request.Attempts is null && running.Count == request.Count);
            },
            cancellationToken);

    private static List<(Lease Lease, bool Prefetched, int Losses, int Unbegun)> RunningOf(Batch batch, LoseRequest request)
    {
        batch.Leases.WriteOutOf(batch.Db, request.WorkerId);
        var running = new List<(Lease Lease, bool Prefetched, int Losses, int Unbegun)>();
        for (var row = batch.Db.Use(SelectLost).Bind(request.WorkerId).Bind((long)request.Count); row.Step();)
        {
            running.Add(ReadRunning(row));
        }

        return running;
    }

    private static List<(Lease Lease, bool Prefetched, int Losses, int Unbegun)> RunningOf(
        Batch batch, IReadOnlyList<(JobId Job, int Attempt)> attempts)
    {
        var running = new List<(Lease Lease, bool Prefetched, int Losses, int Unbegun)>();
        foreach (var (job, attempt) in attempts)
        {
            batch.Leases.WriteOut(batch.Db, job.Value);
            var row = batch.Db.Use(SelectOne).Bind(job).Bind(attempt);
            if (row.Step())
            {
                running.Add(ReadRunning(row));
            }

            row.Reset();
        }

        return running;
    }

    private static (Lease Lease, bool Prefetched, int Losses, int Unbegun) ReadRunning(Statement row) =>
        (new Lease(new JobId(row.Long(0)), row.Int(1), LeaseToken.Read(row.Span(2))), row.Flag(3), row.Int(4), row.Int(5));

    private static bool Leads(Connection db, long term)
    {
        var row = db.Use(IsLeader).Bind(term);
        var leads = row.Step() && row.Long(0) == 1;
        row.Reset();
        return leads;
    }

    private LostJob Lose(Batch batch, LoseRequest request, Lease lease, bool prefetched, int losses, int unbegun)
    {
        var now = Micros.Of(request.Now);
        var job = Fenced(batch, lease)!.Value;
        // Taken ahead and not known to have begun: it may be an innocent neighbour of the job that killed the worker. Nothing is counted,
        // but it is not taken ahead again, so the next loss counts.
        var counted = prefetched ? losses : losses + 1;
        var happened = job.CancelRequested ? JobEvent.Stopped
            : prefetched ? JobEvent.Released
            : counted >= request.LossCap ? JobEvent.CrashLooped
            : JobEvent.Lost;
        var to = Transitions.Next(JobState.Running, happened)!.Value;
        var outcome = prefetched ? Outcome.Released : Outcome.Lost;
        var reason = to == JobState.Cancelled ? CancelReason(batch.Db, lease.Job) : null;
        var terminal = Transitions.IsTerminal(to);
        batch.Db.Use(LoseJob).Bind(Words.Of(to)).Bind(reason).Bind(counted).Bind(unbegun + (prefetched ? 1 : 0)).Bind(terminal ? now : null)
            .Bind(lease.Job).Bind(lease.Attempt).Bind(lease.Token).Run();
        var error = prefetched ? null : LossError(happened, counted, request);
        var kind = to switch
        {
            JobState.Cancelled => EventKind.Cancelled,
            JobState.Failed => EventKind.Failed,
            _ => prefetched ? EventKind.Released : EventKind.Lost,
        };
        var seq = batch.Event(
            kind, lease.Job.Value, job.Generation, lease.Attempt, JobState.Running, to,
            now, request.Recovery?.By ?? "engine", error?.Code ?? (prefetched ? "never_begun" : reason));
        var ledHere = job.Recoveries > 0 ? StoreJson.Write(MarkOf(batch.Db, lease.Job, lease.Attempt)) : null;
        batch.Db.Use(InsertAttempt).Bind(lease.Job).Bind(lease.Attempt).Bind(job.Generation).Bind(job.WorkerId)
            .Bind(lease.Token).Bind(Words.Of(outcome)).Bind(job.StartedAt).Bind(now).Bind(Math.Max(0, job.StartedAt - job.RunAt))
            .BindNull().Bind(StoreJson.Write(error)).BindNull().Bind(error?.Rule ?? "lease.never_begun")
            .Bind(ledHere).Bind(job.StartedSeq).Bind(seq).Run();
        if (error is not null)
        {
            batch.Db.Use(SaveEnd).Bind(lease.Job).BindNull().BindNull().Bind(StoreJson.Write(error)).Run();
            CountFailure(batch, lease, job.Line, job.WorkerId, error, now);
        }

        if (request.Recovery is { } mark)
        {
            batch.Attention(job.WorkerId);
            if (!terminal)
            {
                batch.Db.Use(CountRecovery).Bind(lease.Job).Run();
                batch.Db.Use(SaveRecovery).Bind(lease.Job).Bind(lease.Attempt + 1)
                    .Bind(mark.RecoveryId).Bind(mark.Rule).Bind(mark.By).Run();
            }
        }

        batch.Move(job.Line, JobState.Running, to);
        var tally = batch.Minutes.Of(job.Line, now);
        tally.Ended[(int)outcome]++;
        if (to == JobState.Failed)
        {
            tally.Died++;
            batch.Die(job.Line, 1, lease.Job.Value);
        }

        if (terminal)
        {
            Ended(batch, job.Line, lease.Job.Value, to, job.UniqueKey, job.ConcurrencyKey, now);
        }
        else
        {
            batch.Retry(job.Line, job.Failures, 1);
            FreeKey(batch, job.ConcurrencyKey);
            batch.Runnable(job.Priority);
        }

        return new LostJob(lease.Job, lease.Attempt, to);
    }

    private static JobError LossError(JobEvent happened, int losses, LoseRequest request)
    {
        var last = happened == JobEvent.CrashLooped;
        var what = request.Recovery is { } mark
            ? $"Recovery {mark.RecoveryId} ended its attempt by rule {mark.Rule}"
            : $"Worker {request.WorkerId} fell silent while this job ran";
        return new()
        {
            Category = ErrorCategory.Lost,
            Code = last ? "crash_loop" : request.Recovery?.Rule ?? "lost",
            Message = last
                ? $"{what}. That was loss {losses} of {request.LossCap}, so it is not offered again. Look at what the handler does to its "
                    + "process (memory, stack, exit) or waits for, then retry it by hand."
                : $"{what} (loss {losses} of {request.LossCap}); the job is offered again.",
            Disposition = last ? Disposition.Fail : Disposition.Requeue,
            Rule = last ? "lease.loss_cap" : request.Recovery is { } recovery ? $"recovery.{recovery.Rule}" : "lease.silence",
            Fingerprint = "00000105",
            OccurredAt = request.Now,
        };
    }
}
