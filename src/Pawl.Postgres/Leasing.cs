using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>How a claim takes what it chose: one lease on the plain ones, a row each for the others, and what the worker must know to run
/// them.</summary>
internal sealed partial class PostgresStore
{
    // At once, so that the next look of the same claim does not find it again; the attempt's pack is filled in with the lease.
    private const string LeaseJob = """
        update pawl.job_state set state = 'running', reason = null, attempt = attempt + 1, worker_id = $2, lease_token = $3, prefetched = $4,
            started_at = $5, started_pack = 0, row_version = row_version + 1
        where id = $1 and state = 'queued' and held is null
        """;

    private const string TellPack = "update pawl.job_state set started_pack = $2 where id = any($1)";
    private const string DropRuns = "delete from pawl.ready where lo = any($1)";
    private const string InsertLease = """
        insert into pawl.lease (worker_id, token, started_at, pack_id, lo, hi, ahead_lo, ahead_hi) values ($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    private const string SelectBodies = """
        select j.id, j.payload, s.trigger, s.kind, j.parent_id, s.timeout_us, s.grace_us, j.deadline_at, s.max_items, j.rate_key, s.force,
            s.versions, j.tags, j.traceparent, j.requested_by, s.max_attempts
        from pawl.job j join pawl.shape s on s.id = j.shape_id
        where j.id = any($1)
        """;

    /// <summary>Gives a job with a row of its own to the claim.</summary>
    private static async ValueTask StandAsync(Batch batch, ClaimRun claim, Candidate candidate, ClaimPlace place)
    {
        if (candidate.Run is null
            && await batch.Db.Use(LeaseJob).Bind(candidate.Id).Bind(claim.Request.WorkerId).Bind(claim.Request.Token)
                .Bind(place == ClaimPlace.Ahead).Bind(claim.Now).RunAsync().ConfigureAwait(false) != 1)
        {
            throw new System.Diagnostics.UnreachableException($"Job {candidate.Id} was in its line, locked, and could not be leased.");
        }
    }

    private async ValueTask<IReadOnlyList<Claimed>> LeaseAsync(Batch batch, ClaimRun claim)
    {
        if (claim.Jobs.Count == 0)
        {
            return [];
        }

        var pack = await batch.PackAsync().ConfigureAwait(false);
        var plain = claim.Jobs.FindAll(static taken => taken.Job.Run is not null);
        if (plain.Count > 0)
        {
            LeasePlain(batch, claim, plain, pack);
        }

        long[] standing = [.. claim.Jobs.Where(static taken => taken.Job.Run is null).Select(static taken => taken.Job.Id)];
        if (standing.Length > 0)
        {
            batch.Db.Use(TellPack).Bind(standing).Bind(pack).Later();
        }

        foreach (var (job, _, byAge) in claim.Jobs)
        {
            batch.Event(
                EventKind.Started, job.Id, job.Generation, job.Attempt + 1, JobState.Queued, JobState.Running,
                claim.Now, reason: byAge ? "ageing" : null, worker: claim.Request.WorkerId);
            batch.Move(job.Line, JobState.Queued, JobState.Running);
            batch.Retry(job.Line, job.Failures, -1);
            batch.TallyOf(job.Line, claim.Now).Started(1, Math.Max(0, claim.Now - job.RunAt));
        }

        return await DescribeAsync(batch, claim).ConfigureAwait(false);
    }

    /// <summary>Cuts what was taken off the front of its runs and writes one lease on all of it.</summary>
    private static void LeasePlain(Batch batch, ClaimRun claim, List<Taken> plain, long pack)
    {
        var taken = plain.Select(static one => one.Job.Id).ToHashSet();
        var touched = plain.Select(static one => one.Job.Run!.Value).Distinct().Order().ToArray();
        var left = new List<Run>();
        foreach (var run in touched.Select(lo => claim.Runs[lo]))
        {
            for (var id = run.Lo; id <= run.Hi; id++)
            {
                if (taken.Contains(id))
                {
                    continue;
                }

                var from = id;
                while (id < run.Hi && !taken.Contains(id + 1))
                {
                    id++;
                }

                left.Add(run with { Lo = from, Hi = id });
            }
        }

        batch.Db.Use(DropRuns).Bind(touched).Later();
        if (left.Count > 0)
        {
            batch.Db.Use(InsertRuns).Bind([.. left.Select(static run => run.Line.Id)]).Bind([.. left.Select(static run => run.Priority)])
                .Bind([.. left.Select(static run => run.RunAt)]).Bind([.. left.Select(static run => run.Lo)])
                .Bind([.. left.Select(static run => run.Hi)]).Later();
        }

        var (lo, hi) = Runs(plain);
        var (aheadLo, aheadHi) = Runs(plain.FindAll(static one => one.Place == ClaimPlace.Ahead));
        batch.Db.Use(InsertLease).Bind(claim.Request.WorkerId).Bind(claim.Request.Token).Bind(claim.Now).Bind(pack)
            .Bind(lo).Bind(hi).Bind(aheadLo).Bind(aheadHi).Later();
    }

    private static (long[] Lo, long[] Hi) Runs(List<Taken> jobs)
    {
        var (lo, hi) = (new List<long>(), new List<long>());
        foreach (var id in jobs.Select(static one => one.Job.Id).Order())
        {
            if (hi.Count > 0 && hi[^1] == id - 1)
            {
                hi[^1] = id;
            }
            else
            {
                lo.Add(id);
                hi.Add(id);
            }
        }

        return ([.. lo], [.. hi]);
    }

    private async ValueTask<IReadOnlyList<Claimed>> DescribeAsync(Batch batch, ClaimRun claim)
    {
        var bodies = new Dictionary<long, Claimed>(claim.Jobs.Count);
        var wanted = claim.Jobs.ToDictionary(static taken => taken.Job.Id);
        await batch.Db.Use(SelectBodies).Bind([.. wanted.Keys])
            .EachAsync(row => bodies[row.Long(0)] = Describe(claim, wanted[row.Long(0)], row)).ConfigureAwait(false);
        var claimed = new List<Claimed>(claim.Jobs.Count);
        foreach (var (job, _, _) in claim.Jobs)
        {
            var body = bodies[job.Id];
            claimed.Add(job.Attempt == 0 ? body : await WithHistoryAsync(batch.Db, body, job.Recoveries).ConfigureAwait(false));
        }

        return claimed;
    }

    private static Claimed Describe(ClaimRun claim, Taken taken, Row row)
    {
        var (job, place, byAge) = taken;
        return new Claimed
        {
            Lease = new Lease(new JobId(job.Id), job.Attempt + 1, claim.Request.Token),
            Prefetched = place == ClaimPlace.Ahead,
            Express = place == ClaimPlace.Express,
            ByAge = byAge,
            Type = job.Line.Type,
            Queue = job.Line.Queue,
            Priority = job.Priority,
            RunAt = Micros.ToTime(job.RunAt),
            StartedAt = Micros.ToTime(claim.Now),
            Generation = job.Generation,
            Failures = job.Failures,
            Losses = job.Losses,
            Snoozes = job.Snoozes,
            MaxAttempts = job.Run is null ? job.MaxAttempts : row.Int(15),
            ConcurrencyKey = job.ConcurrencyKey,
            Payload = row.Bytes(1),
            Trigger = row.Word<Trigger>(2),
            Kind = row.TextOrNull(3),
            ParentId = row.LongOrNull(4) is { } parent ? new JobId(parent) : null,
            Timeout = row.Length(5),
            Grace = row.Length(6),
            DeadlineAt = row.TimeOrNull(7),
            MaxItems = row.IntOrNull(8),
            RateKey = row.TextOrNull(9),
            Force = row.WordOrNull<Force>(10) ?? Force.None,
            Versions = StoreJson.ReadWords(row.TextOrNull(11)),
            Tags = StoreJson.ReadWords(row.TextOrNull(12)),
            Traceparent = row.TextOrNull(13),
            RequestedBy = row.TextOrNull(14),
        };
    }

    /// <summary>A job that ran before comes with what it left: checkpoint, progress, error. A first attempt need not ask.</summary>
    private static async ValueTask<Claimed> WithHistoryAsync(Session db, Claimed job, int recoveries) => job with
    {
        Checkpoint = await CheckpointOfAsync(db, job.Lease.Job).ConfigureAwait(false),
        Progress = await ProgressOfAsync(db, job.Lease.Job).ConfigureAwait(false),
        PreviousError = await ErrorOfAsync(db, job.Lease.Job).ConfigureAwait(false),
        Recovery = recoveries > 0 ? await MarkOfAsync(db, job.Lease.Job, job.Lease.Attempt).ConfigureAwait(false) : null,
    };
}
