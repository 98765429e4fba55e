using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>How a claim takes what it chose: one lease on the plain ones, a row each for the others, and what the worker must know to run
/// them.</summary>
internal sealed partial class PostgresStore
{
    // At once, so that the next look of the same claim does not find it again; the attempt's pack is filled in with the lease.
    private const string LeaseJob = """
        update pawl.job_state set state = 'running', reason = null, attempt = attempt + 1, worker_id = $2, lease_token = $3,
            prefetched = $4,
            started_at = $5, started_pack = 0, row_version = row_version + 1
        where id = $1 and state = 'queued' and held is null
        """;

    private const string TellPack = "update pawl.job_state set started_pack = currval('pawl.pack_id') where id = any($1)";
    private const string DropRuns = "delete from pawl.ready where lo = any($1)";
    private const string InsertLease = """
        insert into pawl.lease (worker_id, token, started_at, pack_id, lo, hi, ahead_lo, ahead_hi)
        values ($1, $2, $3, currval('pawl.pack_id'), $4, $5, $6, $7)
        """;

    // A run is a walk along the primary key, whatever the planner believes of its length.
    private const string SelectBodies = """
        select body.* from unnest($1::bigint[], $2::bigint[]) as run (lo, hi) cross join lateral (
            select id, shape_id, payload, num_nonnulls(parent_id, deadline_at, rate_key, tags, traceparent, requested_by) > 0,
                parent_id, deadline_at, rate_key, tags, traceparent, requested_by
            from pawl.job
            where id between run.lo and run.hi
            order by id
            limit run.hi - run.lo + 1) as body
        """;

    // One without a body cannot be written out as others are: its row holds what the claim knows of it.
    private const string InsertBare = """
        insert into pawl.job_state (id, line_id, state, priority, run_at, max_attempts, attempt, worker_id, lease_token, started_at,
            started_pack, row_version)
        values ($1, $2, 'running', $3, $4, 1, 1, $5, $6, $7, $8, 2)
        on conflict (id) do nothing
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

        batch.DrawPack();
        var plain = claim.Jobs.FindAll(static taken => taken.Job.Run is not null);
        if (plain.Count > 0)
        {
            LeasePlain(batch, claim, plain);
        }

        long[] standing = [.. claim.Jobs.Where(static taken => taken.Job.Run is null).Select(static taken => taken.Job.Id)];
        if (standing.Length > 0)
        {
            batch.Db.Use(TellPack).Bind(standing).Later();
        }

        var sums = new LineSums(batch, claim.Now);
        foreach (var (job, _, byAge) in claim.Jobs)
        {
            batch.Event(
                EventKind.Started, job.Id, job.Generation, job.Attempt + 1, JobState.Queued, JobState.Running,
                claim.Now, reason: byAge ? "ageing" : null, worker: claim.Request.WorkerId);
            batch.Retry(job.Line, job.Failures, -1);
            var (sum, wait) = (sums.Of(job.Line), Math.Max(0, claim.Now - job.RunAt));
            sum.Add(wait);
            sum.Tally.Times.AddWait(wait);
        }

        foreach (var sum in sums.All)
        {
            batch.Move(sum.Line, JobState.Queued, JobState.Running, sum.Count);
            sum.Tally.Started(sum.Count, sum.Micros);
        }

        return await DescribeAsync(batch, claim).ConfigureAwait(false);
    }

    /// <summary>Cuts what was taken off the front of its runs and writes one lease on all of it.</summary>
    private static void LeasePlain(Batch batch, ClaimRun claim, List<Taken> plain)
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

        claim.Held = new HeldBatch(claim.Request.Token, claim.Request.WorkerId, plain.Count);
        foreach (var (job, _, _) in plain)
        {
            claim.Held.Add(job.Id, job.Line);
        }

        var (lo, hi) = Runs(plain);
        var (aheadLo, aheadHi) = Runs(plain.FindAll(static one => one.Place == ClaimPlace.Ahead));
        batch.Db.Use(InsertLease).Bind(claim.Request.WorkerId).Bind(claim.Request.Token).Bind(claim.Now)
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

    private async ValueTask<List<Claimed>> DescribeAsync(Batch batch, ClaimRun claim)
    {
        var (lo, hi) = Runs(claim.Jobs);
        var bodies = new Dictionary<long, (Body? Body, string? Damage)>(claim.Jobs.Count);
        await batch.Db.Use(SelectBodies).Bind(lo).Bind(hi).EachAsync(row => bodies[row.Long(0)] = TryRead(row)).ConfigureAwait(false);
        var claimed = new List<Claimed>(claim.Jobs.Count);
        foreach (var taken in claim.Jobs)
        {
            var (body, damage) = bodies.GetValueOrDefault(taken.Job.Id, (null, "It has no body."));
            (var job, damage) = body is { } known
                ? await TryDescribeAsync(batch.Db, claim, taken, known).ConfigureAwait(false)
                : (null, damage);
            if (job is not null)
            {
                claimed.Add(job);
                continue;
            }

            await QuarantineAsync(batch, claim, taken.Job, damage!).ConfigureAwait(false);
            batch.Runnable(taken.Job.Priority);   // who asked gets one job less than there is room for, so it is told to ask again
        }

        return claimed;
    }

    /// <summary>Ends a job that no worker can be given, so that those behind it in its line start.</summary>
    private async ValueTask QuarantineAsync(Batch batch, ClaimRun claim, Candidate job, string damage)
    {
        var request = claim.Request;
        await Plain.WriteOutAsync(batch, job.Id).ConfigureAwait(false);
        batch.Db.Use(InsertBare).Bind(job.Id).Bind(job.Line.Id).Bind(job.Priority).Bind(job.RunAt).Bind(request.WorkerId)
            .Bind(request.Token).Bind(claim.Now).Bind(await batch.PackAsync().ConfigureAwait(false)).Later();
        var end = Damage.EndOf(new Lease(new JobId(job.Id), job.Attempt + 1, request.Token), damage, request.Now);
        await SettleAsync(batch, end, claim.Now).ConfigureAwait(false);
        if (claim.Held?.Forget(job.Id) == true)
        {
            batch.Db.Use(CloseLeases).Bind(Bytes([request.Token])).Later();
            claim.Held = null;
        }
    }

    /// <summary>What a row holds, or why it cannot be read.</summary>
    private static (Body? Body, string? Damage) TryRead(Row row)
    {
        try
        {
            return (Body.Of(row), null);
        }
        catch (Exception error) when (Damage.Is(error))
        {
            return (null, error.Message);
        }
    }

    /// <summary>What the worker must know of a job, or what in its rows cannot be read.</summary>
    private async ValueTask<(Claimed? Job, string? Damage)> TryDescribeAsync(Session db, ClaimRun claim, Taken taken, Body body)
    {
        try
        {
            var shape = await _shapes.FindAsync(db, body.ShapeId).ConfigureAwait(false);
            var job = Describe(claim, taken, body, shape);
            return (taken.Job.Attempt == 0 ? job : await WithHistoryAsync(db, job, taken.Job.Recoveries).ConfigureAwait(false), null);
        }
        catch (Exception error) when (Damage.Is(error))
        {
            return (null, error.Message);
        }
    }

    private static Claimed Describe(ClaimRun claim, Taken taken, in Body body, Shape shape)
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
            MaxAttempts = job.Run is null ? job.MaxAttempts : shape.MaxAttempts,
            ConcurrencyKey = job.ConcurrencyKey,
            Payload = body.Payload,
            Trigger = shape.Trigger,
            Kind = shape.Kind,
            ParentId = body.More?.ParentId,
            Timeout = shape.Timeout,
            Grace = shape.Grace,
            DeadlineAt = body.More?.DeadlineAt,
            MaxItems = shape.MaxItems,
            RateKey = body.More?.RateKey,
            Force = shape.Force,
            Versions = shape.Versions,
            Tags = body.More?.Tags,
            Traceparent = body.More?.Traceparent,
            RequestedBy = body.More?.RequestedBy,
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
