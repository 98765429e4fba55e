using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string IsLeader = "select 1 from pawl.leader where name = 'chores' and term = $1 and worker_id is not null";
    private const string MarkGone = "update pawl.worker set gone = true where id = $1 and beat = $2";

    // id order, or two sweeps deadlock
    private const string SelectLost = """
        select id, attempt, lease_token, prefetched, losses, unbegun, line_id, generation, unique_key, concurrency_key, started_at,
            started_pack, run_at, cancel_requested_at is not null, failures, snoozes, priority, worker_id, recoveries, awaited
        from pawl.job_state
        where worker_id = $1 and state = 'running'
        order by id limit $2
        for update
        """;

    private const string SelectOne = """
        select id, attempt, lease_token, prefetched, losses, unbegun, line_id, generation, unique_key, concurrency_key, started_at,
            started_pack, run_at, cancel_requested_at is not null, failures, snoozes, priority, worker_id, recoveries, awaited
        from pawl.job_state
        where id = $1 and state = 'running' and attempt = $2
        for update
        """;

    private const string SelectMark = "select recovery_id, rule, by from pawl.job_recovery where id = $1 and attempt = $2";
    private const string CountRecovery = "update pawl.job_state set recoveries = recoveries + 1 where id = $1";
    private const string LoseJob = """
        update pawl.job_state set state = $1, reason = $2, losses = $3, unbegun = $4, ended_at = $5,
            worker_id = null, lease_token = null, prefetched = false, row_version = row_version + 1
        where id = $6 and state = 'running' and attempt = $7 and lease_token = $8
        """;

    /// <inheritdoc/>
    public ValueTask<LoseReply> LoseAsync(LoseRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            async batch =>
            {
                if (!await LeadsAsync(batch.Db, request.Term).ConfigureAwait(false))
                {
                    return new LoseReply(false, [], false);
                }

                if (request.Attempts is null
                    && await batch.Db.Use(MarkGone).Bind(request.WorkerId).Bind(request.SeenBeat).RunAsync().ConfigureAwait(false) != 1)
                {
                    return new LoseReply(false, [], false);
                }

                var running = request.Attempts is { } attempts
                    ? await RunningOfAsync(batch, attempts).ConfigureAwait(false)
                    : await RunningOfAsync(batch, request).ConfigureAwait(false);
                var lost = new List<LostJob>(running.Count);
                var ends = new List<(Losing Job, Outcome Outcome, JobError? Error, string? LedHere)>(running.Count);
                foreach (var losing in running)
                {
                    var (to, end) = await LoseAsync(batch, request, losing).ConfigureAwait(false);
                    lost.Add(new LostJob(losing.Lease.Job, losing.Lease.Attempt, to));
                    ends.Add(end);
                }

                await RecordLostAsync(batch, ends, Micros.Of(request.Now)).ConfigureAwait(false);
                return new LoseReply(true, lost, request.Attempts is null && running.Count == request.Count);
            },
            cancellationToken);

    private static async ValueTask<List<Losing>> RunningOfAsync(Batch batch, LoseRequest request)
    {
        await Plain.WriteOutOfAsync(batch, request.WorkerId).ConfigureAwait(false);
        return await batch.Db.Use(SelectLost).Bind(request.WorkerId).Bind(request.Count).ListAsync(ReadLosing).ConfigureAwait(false);
    }

    private static async ValueTask<List<Losing>> RunningOfAsync(Batch batch, IReadOnlyList<(JobId Job, int Attempt)> attempts)
    {
        var running = new Losing?[attempts.Count];
        foreach (var i in Enumerable.Range(0, running.Length).OrderBy(i => attempts[i].Job.Value))   // id order, or two sweeps deadlock
        {
            var (job, attempt) = attempts[i];
            await Plain.WriteOutAsync(batch, job.Value).ConfigureAwait(false);
            running[i] = await batch.Db.Use(SelectOne).Bind(job).Bind(attempt).FirstAsync(ReadLosing).ConfigureAwait(false);
        }

        return [.. running.OfType<Losing>()];
    }

    private static Losing ReadLosing(Row row) => new(
        new Lease(new JobId(row.Long(0)), row.Int(1), row.Token(2)),
        row.Flag(3),
        row.Int(4),
        row.Int(5),
        new FencedJob(
            row.Int(6), row.Int(7), row.TextOrNull(8), row.TextOrNull(9), row.Long(10), row.Long(11), row.Long(12), row.Flag(13),
            row.Int(14), row.Int(15), row.Int(16), row.Long(17), row.Int(18), row.Flag(19)));

    private static ValueTask<bool> LeadsAsync(Session db, long term) => db.Use(IsLeader).Bind(term).AnyAsync();

    private static async ValueTask<(JobState To, (Losing Job, Outcome Outcome, JobError? Error, string? LedHere) End)> LoseAsync(
        Batch batch, LoseRequest request, Losing losing)
    {
        var now = Micros.Of(request.Now);
        var (lease, prefetched, losses, unbegun, job) = losing;
        var line = await batch.LineAsync(job.LineId).ConfigureAwait(false);
        // Taken ahead and not known to have begun: it may be an innocent neighbour of the job that killed the worker. Nothing is counted,
        // but it is not taken ahead again, so the next loss counts.
        var counted = prefetched ? losses : losses + 1;
        var happened = job.CancelRequested ? JobEvent.Stopped
            : prefetched ? JobEvent.Released
            : counted >= request.LossCap ? JobEvent.CrashLooped
            : JobEvent.Lost;
        var to = Transitions.Next(JobState.Running, happened)!.Value;
        var outcome = prefetched ? Outcome.Released : Outcome.Lost;
        var reason = to == JobState.Cancelled ? await CancelReasonAsync(batch.Db, lease.Job).ConfigureAwait(false) : null;
        var terminal = Transitions.IsTerminal(to);
        batch.Db.Use(LoseJob).Bind(Words.Of(to)).Bind(reason).Bind(counted).Bind(unbegun + (prefetched ? 1 : 0))
            .Bind(terminal ? now : (long?)null).Bind(lease.Job).Bind(lease.Attempt).Bind(lease.Token).Later();
        var error = prefetched ? null : LossError(happened, counted, request);
        var kind = to switch
        {
            JobState.Cancelled => EventKind.Cancelled,
            JobState.Failed => EventKind.Failed,
            _ => prefetched ? EventKind.Released : EventKind.Lost,
        };
        batch.Event(
            kind, lease.Job.Value, job.Generation, lease.Attempt, JobState.Running, to,
            now, request.Recovery?.By ?? "engine", error?.Code ?? (prefetched ? "never_begun" : reason));
        var ledHere = job.Recoveries > 0
            ? StoreJson.Write(await MarkOfAsync(batch.Db, lease.Job, lease.Attempt).ConfigureAwait(false))
            : null;
        if (error is not null)
        {
            batch.Db.Use(SaveEnd).Bind(lease.Job).Bind((string?)null).Bind((string?)null).Bind(StoreJson.Write(error)).Later();
            CountFailure(batch, lease, line, job.WorkerId, error, now);
        }

        if (request.Recovery is { } mark)
        {
            batch.Attention(job.WorkerId);
            if (!terminal)
            {
                batch.Db.Use(CountRecovery).Bind(lease.Job).Later();
                batch.Db.Use(SaveRecovery).Bind(lease.Job).Bind(lease.Attempt + 1)
                    .Bind(mark.RecoveryId).Bind(mark.Rule).Bind(mark.By).Later();
            }
        }

        batch.Move(line, JobState.Running, to);
        var tally = batch.TallyOf(line, now);
        tally.Ended(outcome, 1, 0);
        if (to == JobState.Failed)
        {
            tally.Died();
            batch.Die(line, 1, lease.Job.Value);
        }

        if (terminal)
        {
            await EndedAsync(batch, line, lease.Job.Value, to, job.UniqueKey, job.ConcurrencyKey, now).ConfigureAwait(false);
        }
        else
        {
            batch.Retry(line, job.Failures, 1);
            await FreeKeyAsync(batch, job.ConcurrencyKey).ConfigureAwait(false);
            batch.Runnable(job.Priority);
        }

        return (to, (losing, outcome, error, ledHere));
    }

    /// <summary>Writes the attempts when all that their ends touch is locked: only then their events may be numbered.</summary>
    private static async ValueTask RecordLostAsync(
        Batch batch, List<(Losing Job, Outcome Outcome, JobError? Error, string? LedHere)> ends, long now)
    {
        if (ends.Count == 0)
        {
            return;
        }

        var pack = await batch.PackAsync().ConfigureAwait(false);
        foreach (var ((lease, _, _, _, job), outcome, error, ledHere) in ends)
        {
            batch.Db.Use(InsertAttempt).Bind(lease.Job).Bind(lease.Attempt).Bind(job.Generation).Bind(job.WorkerId)
                .Bind(lease.Token).Bind(Words.Of(outcome)).Bind(job.StartedAt).Bind(now).Bind(Math.Max(0, job.StartedAt - job.RunAt))
                .Bind((long?)null).Bind(StoreJson.Write(error)).Bind((long?)null).Bind(error?.Rule ?? "lease.never_begun")
                .Bind(ledHere).Bind(job.StartedPack).Bind(pack).Later();
        }
    }

    private static ValueTask<RecoveryMark?> MarkOfAsync(Session db, JobId id, int attempt) =>
        db.Use(SelectMark).Bind(id).Bind(attempt).FirstAsync(static row => new RecoveryMark(row.Long(0), row.Text(1), row.Text(2)));

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

    private sealed record Losing(Lease Lease, bool Prefetched, int Losses, int Unbegun, FencedJob Job);
}
