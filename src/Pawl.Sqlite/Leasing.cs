using Pawl.Storage;

namespace Pawl.Sqlite;

/// <summary>How a claim takes one job: it leases the row and reads what the worker must know to run it.</summary>
internal sealed partial class SqliteStore
{
    private const string LeaseJob = """
        update job set state = 'running', reason = null, attempt = attempt + 1, worker_id = @worker, lease_token = @token,
            prefetched = @prefetched, started_at = @now, started_seq = @seq, row_version = row_version + 1
        where id = @id and state = 'queued' and held is null
        """;

    private const string SelectLeased = """
        select j.attempt, j.generation, j.failures, j.losses, j.snoozes, j.max_attempts, j.concurrency_key, j.recoveries,
            b.payload, b.trigger, b.kind, b.parent_id, b.timeout_us, b.grace_us, b.deadline_at, b.max_items, b.rate_key, b.force,
            b.versions, b.tags, b.traceparent, b.requested_by
        from job j join job_body b on b.id = j.id
        where j.id = @id
        """;

    private static Claimed? Lease(Batch batch, ClaimRun claim, Candidate candidate, ClaimPlace place, bool byAge)
    {
        var row = batch.Db.Use(SelectLeased).Bind(candidate.Id);
        if (!row.Step())
        {
            return null;
        }

        var attempt = row.Int(0) + 1;
        var recoveries = row.Int(7);
        var request = claim.Request;
        var job = new Claimed
        {
            Lease = new Lease(new JobId(candidate.Id), attempt, request.Token),
            Prefetched = place == ClaimPlace.Ahead,
            Express = place == ClaimPlace.Express,
            ByAge = byAge,
            Type = candidate.Line.Type,
            Queue = candidate.Line.Queue,
            Priority = candidate.Priority,
            RunAt = Micros.ToTime(candidate.RunAt),
            StartedAt = Micros.ToTime(claim.Now),
            Generation = row.Int(1),
            Failures = row.Int(2),
            Losses = row.Int(3),
            Snoozes = row.Int(4),
            MaxAttempts = row.Int(5),
            ConcurrencyKey = row.TextOrNull(6),
            Payload = row.Bytes(8),
            Trigger = row.Word<Trigger>(9),
            Kind = row.TextOrNull(10),
            ParentId = row.LongOrNull(11) is { } parent ? new JobId(parent) : null,
            Timeout = row.Length(12),
            Grace = row.Length(13),
            DeadlineAt = row.TimeOrNull(14),
            MaxItems = row.IntOrNull(15),
            RateKey = row.TextOrNull(16),
            Force = row.WordOrNull<Force>(17) ?? Force.None,
            Versions = StoreJson.ReadWords(row.TextOrNull(18)),
            Tags = StoreJson.ReadWords(row.TextOrNull(19)),
            Traceparent = row.TextOrNull(20),
            RequestedBy = row.TextOrNull(21),
        };
        row.Reset();
        var seq = batch.Event(
            EventKind.Started, candidate.Id, job.Generation, attempt, JobState.Queued, JobState.Running,
            claim.Now, reason: byAge ? "ageing" : null, worker: request.WorkerId);
        var rows = batch.Db.Use(LeaseJob).Bind(request.WorkerId).Bind(request.Token).Bind(job.Prefetched).Bind(claim.Now).Bind(seq)
            .Bind(candidate.Id).Run();
        if (rows != 1)
        {
            throw new System.Diagnostics.UnreachableException($"Job {candidate.Id} was in its line and could not be leased.");
        }

        batch.Move(candidate.Line, JobState.Queued, JobState.Running);
        var tally = batch.Minutes.Of(candidate.Line, claim.Now);
        tally.Started++;
        tally.WaitMicros += Math.Max(0, claim.Now - candidate.RunAt);
        return attempt == 1 ? job : WithHistory(batch.Db, job, recoveries);
    }

    /// <summary>A job that ran before comes with what it left: checkpoint, progress, error. A first attempt need not ask.</summary>
    private static Claimed WithHistory(Connection db, Claimed job, int recoveries) => job with
    {
        Checkpoint = CheckpointOf(db, job.Lease.Job),
        Progress = ProgressOf(db, job.Lease.Job),
        PreviousError = ErrorOf(db, job.Lease.Job),
        Recovery = recoveries > 0 ? MarkOf(db, job.Lease.Job, job.Lease.Attempt) : null,
    };
}
