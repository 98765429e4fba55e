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

    // Jobs that were enqueued together are claimed together, so the next body wanted is mostly the next row.
    private const string SelectBodies = """
        select payload, trigger, kind, parent_id, timeout_us, grace_us, deadline_at, max_items, rate_key, force, versions, tags,
            traceparent, requested_by, id
        from job_body
        where id >= @id
        order by id
        """;

    private const int BodyId = 14;

    private static Claimed? Lease(Batch batch, ClaimRun claim, Candidate candidate, ClaimPlace place, bool byAge, bool together)
    {
        var (job, damage) = TryDescribe(batch, claim, candidate, place, byAge);
        var prefetched = place == ClaimPlace.Ahead;
        var attempt = candidate.Attempt + 1;
        var seq = batch.Event(
            EventKind.Started, candidate.Id, candidate.Generation, attempt, JobState.Queued, JobState.Running,
            claim.Now, reason: byAge ? "ageing" : null, worker: claim.Request.WorkerId);
        if (together && candidate.Plain && job is not null)
        {
            batch.Leases.Add(candidate.Id, new LeasedJob(
                claim.LeaseOf(batch), candidate.Line, candidate.Generation, candidate.UniqueKey, seq, prefetched));
        }
        else if (batch.Db.Use(LeaseJob).Bind(claim.Request.WorkerId).Bind(claim.Request.Token).Bind(prefetched).Bind(claim.Now)
            .Bind(seq).Bind(candidate.Id).Run() != 1)
        {
            throw new System.Diagnostics.UnreachableException($"Job {candidate.Id} was in its line and could not be leased.");
        }

        batch.Move(candidate.Line, JobState.Queued, JobState.Running);
        batch.Retry(candidate.Line, candidate.Failures, -1);
        var tally = batch.Minutes.Of(candidate.Line, claim.Now);
        tally.Started++;
        var wait = Math.Max(0, claim.Now - candidate.RunAt);
        tally.WaitMicros += wait;
        tally.Times.AddWait(wait);
        if (job is null)
        {
            Quarantine(batch, new Lease(new JobId(candidate.Id), attempt, claim.Request.Token), damage!, claim.Request.Now);
            batch.Runnable(candidate.Priority);   // who asked gets one job less than there is room for, so it is told to ask again
        }

        return job;
    }

    /// <summary>What the worker must know of a job, or what in its rows cannot be read.</summary>
    private static (Claimed? Job, string? Damage) TryDescribe(
        Batch batch, ClaimRun claim, Candidate candidate, ClaimPlace place, bool byAge)
    {
        try
        {
            return Describe(batch, claim, candidate, place, byAge) is not { } job ? (null, "It has no body.")
                : (candidate.Attempt == 0 ? job : WithHistory(batch.Db, job, candidate.Recoveries), null);
        }
        catch (Exception error) when (Damage.Is(error))
        {
            batch.Db.ResetAll();   // the statement that gave the row stands where it was
            claim.LastBody = null;
            return (null, error.Message);
        }
    }

    /// <summary>Ends a job that no worker can be given, so that those behind it in its line start.</summary>
    private static void Quarantine(Batch batch, Lease lease, string damage, DateTimeOffset now) =>
        End(batch, Damage.EndOf(lease, damage, now), Fenced(batch, lease)!.Value, JobEvent.FailedForGood, Micros.Of(now));

    private static Claimed? Describe(Batch batch, ClaimRun claim, Candidate candidate, ClaimPlace place, bool byAge)
    {
        if (BodyOf(batch, claim, candidate.Id) is not { } body)
        {
            return null;
        }

        var job = new Claimed
        {
            Lease = new Lease(new JobId(candidate.Id), candidate.Attempt + 1, claim.Request.Token),
            Prefetched = place == ClaimPlace.Ahead,
            Express = place == ClaimPlace.Express,
            ByAge = byAge,
            Type = candidate.Line.Type,
            Queue = candidate.Line.Queue,
            Priority = candidate.Priority,
            RunAt = Micros.ToTime(candidate.RunAt),
            StartedAt = Micros.ToTime(claim.Now),
            Generation = candidate.Generation,
            Failures = candidate.Failures,
            Losses = candidate.Losses,
            Snoozes = candidate.Snoozes,
            MaxAttempts = candidate.MaxAttempts,
            ConcurrencyKey = candidate.ConcurrencyKey,
            Payload = body.Bytes(0),
            Trigger = body.Word<Trigger>(1),
            Kind = body.TextOrNull(2),
            ParentId = body.LongOrNull(3) is { } parent ? new JobId(parent) : null,
            Timeout = body.Length(4),
            Grace = body.Length(5),
            DeadlineAt = body.TimeOrNull(6),
            MaxItems = body.IntOrNull(7),
            RateKey = body.TextOrNull(8),
            Force = body.WordOrNull<Force>(9) ?? Force.None,
            Versions = StoreJson.ReadWords(body.TextOrNull(10)),
            Tags = StoreJson.ReadWords(body.TextOrNull(11)),
            Traceparent = body.TextOrNull(12),
            RequestedBy = body.TextOrNull(13),
        };
        return job;
    }

    /// <summary>A job's body, with the statement left at its row: <see cref="CloseBodies"/> ends that.</summary>
    private static Statement? BodyOf(Batch batch, ClaimRun claim, long id)
    {
        var body = batch.Db.Use(SelectBodies);
        if (claim.LastBody != id - 1 || !body.Step())
        {
            CloseBodies(batch, claim);
            if (!body.Bind(id).Step())
            {
                return null;
            }
        }

        claim.LastBody = body.Long(BodyId);
        return claim.LastBody == id ? body : null;
    }

    private static void CloseBodies(Batch batch, ClaimRun claim)
    {
        if (claim.LastBody is not null)
        {
            batch.Db.Use(SelectBodies).Reset();
            claim.LastBody = null;
        }
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
