using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string IsKnown = "select count(*) from worker where id = @id and gone = 0";

    // Stepped through until enough were found; the columns of the index come first, so that a job leased by its batch is passed without
    // a look at its row.
    private const string Candidates = """
        select id, priority, run_at,
            losses, unbegun, concurrency_key, attempt, generation, failures, snoozes, max_attempts, recoveries, unique_key, start_by
        from job
        where line_id = @line and state = 'queued' and held is null
        """;

    private const string SelectFront = Candidates + " and priority >= @least order by priority desc, run_at, id";
    private const string SelectBelow = Candidates + " and priority < @priority and priority >= @least order by priority desc, run_at, id";
    private const string SelectBehind = Candidates + " and priority = @priority and (run_at, id) > (@run_at, @id) order by run_at, id";
    private const string SelectOldest = Candidates + " and priority = @priority and run_at < @before order by run_at, id";
    private const string SelectNextPriority = """
        select priority, run_at from job
        where line_id = @line and state = 'queued' and held is null and priority < @below
        order by priority desc, run_at, id
        limit 1
        """;

    private const string HoldJob = "update job set held = 'concurrency_key' where id = @id and state = 'queued' and held is null";

    private const int LeastPriority = -1000;
    private const int MostSetAside = 1000;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Claimed>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        WriteAsync<IReadOnlyList<Claimed>>(batch => Claim(batch, request), cancellationToken);

    private List<Claimed> Claim(Batch batch, ClaimRequest request)
    {
        var claim = new ClaimRun(request, Micros.Of(request.Now), BatchLeaseFrom);
        if (!Knows(batch.Db, request.WorkerId))
        {
            return claim.Jobs;   // nobody watches for its silence any more, so its jobs would never be lost
        }

        var queues = Open(batch, request);
        for (var pass = 0; pass < 2 && claim.Wanted > 0; pass++)
        {
            for (var i = 0; i < queues.Count && claim.Wanted > 0; i++)
            {
                // An even share for each queue first; what one leaves over goes to the next, and to all once more.
                var share = pass == 0 ? (claim.Wanted + queues.Count - i - 1) / (queues.Count - i) : claim.Wanted;
                ClaimFrom(batch, claim, queues[(int)((i + batch.Queues.Turn) % queues.Count)], share);
            }
        }

        CloseBodies(batch, claim);
        if (claim.Lease is { } lease)
        {
            batch.Leases.Close(batch.Db, lease, claim.Jobs);
        }

        if (claim.Jobs.Count > 0)
        {
            batch.Queues.Turn++;
        }

        return claim.Jobs;
    }

    private static bool Knows(Connection db, long worker)
    {
        var row = db.Use(IsKnown).Bind(worker);
        var known = row.Step() && row.Long(0) == 1;
        row.Reset();
        return known;
    }

    /// <summary>The queues that have something for this worker, each with its lines.</summary>
    private static List<List<(Line Line, int Room)>> Open(Batch batch, ClaimRequest request)
    {
        var queues = new List<List<(Line, int)>>();
        var places = new Dictionary<string, List<(Line, int)>>(StringComparer.Ordinal);
        foreach (var (queue, type, room) in request.Lines)
        {
            if (room > 0 && batch.Lines.Find(queue, type) is { Claimable: > 0 } line && !batch.Queues.IsPaused(queue, type))
            {
                if (!places.TryGetValue(queue, out var lines))
                {
                    places.Add(queue, lines = []);
                    queues.Add(lines);
                }

                lines.Add((line, room));
            }
        }

        return queues;
    }

    private static void ClaimFrom(Batch batch, ClaimRun claim, List<(Line Line, int Room)> lines, int share)
    {
        claim.At(batch.Queues.SettingsOf(lines[0].Line.Queue));
        var memory = batch.Queues.Of(lines[0].Line.Queue, claim.Request.Now);
        var room = RoomIn(batch, lines[0].Line.Queue);
        share = Math.Min(share, room);
        var retriesBefore = claim.RetriesTaken;
        var hasRetries = HasRetries(lines);
        claim.RetryRoom = hasRetries ? RetryRoom(claim, memory, lines, share) : int.MaxValue;
        var taken = hasRetries ? TakeOldestDeferred(batch, claim, memory, lines, share) : 0;
        var aged = Ageing.Turns(memory.Starts, share, claim.AgeingShare);
        for (var left = Math.Min(aged, share - taken); left > 0;)
        {
            var got = Take(batch, claim, Oldest(batch, claim, lines, left), left, byAge: true, out var changed);
            taken += got;
            left = changed && hasRetries && claim.Holds < MostSetAside ? left - got : 0;   // once more behind retries that were set aside
        }

        if (TakeFront(batch, claim, lines, share, ref taken) && hasRetries && MayFill(claim, lines))
        {
            claim.RetryRoom = int.MaxValue;
            TakeFront(batch, claim, lines, share, ref taken);
        }

        memory.Starts += taken;
        var retries = claim.RetriesTaken - retriesBefore;
        if (hasRetries || memory.Budget.Owes)
        {
            memory.Budget = memory.Budget.After(
                claim.Request.Now, taken - retries, retries, claim.RetryShare, claim.Request.RetryWindow);
        }
    }

    /// <summary>Takes the best of the lines. Whether all that can be had was looked at.</summary>
    private static bool TakeFront(Batch batch, ClaimRun claim, List<(Line Line, int Room)> lines, int share, ref int taken)
    {
        while (taken < share && claim.Wanted > 0)
        {
            var front = Front(batch, claim, lines, share - taken);
            var got = Take(batch, claim, front, share - taken, byAge: false, out var changed);
            taken += got;
            if (!changed)
            {
                return true;
            }

            if (claim.Holds + claim.Passes >= MostSetAside)
            {
                if (claim.Holds > 0)
                {
                    batch.Runnable(front[0].Priority);   // there is more behind the held ones; look again after this commit
                }

                return false;
            }
        }

        return false;
    }

    private static int RoomIn(Batch batch, string queue)
    {
        var most = batch.Queues.MaxRunning(queue);
        return most == int.MaxValue
            ? int.MaxValue
            : (int)Math.Max(0, most - batch.Lines.All.Where(line => line.Queue == queue).Sum(line => line.Counts[(int)JobState.Running]));
    }

    private static List<Candidate> Front(Batch batch, ClaimRun claim, List<(Line Line, int Room)> lines, int count)
    {
        var candidates = new List<Candidate>();
        foreach (var (line, room) in lines)
        {
            var most = Math.Min(count, claim.RoomIn(line, room));
            if (most == 0)
            {
                continue;
            }

            most += 2 * claim.PassedOver(line);   // further at each look, or a thousand of them would take a thousand looks
            Front(batch, claim, line, room, most, candidates);
        }

        if (AddDeferred(batch, claim, lines, count, candidates) || lines.Count > 1)
        {
            candidates.Sort(Candidate.ByPriority);
        }

        return candidates;
    }

    /// <summary>The first of one line. What stands at its very front and is leased by batches is passed once and then remembered.</summary>
    private static void Front(Batch batch, ClaimRun claim, Line line, int room, int most, List<Candidate> candidates)
    {
        var least = (long)claim.LeastPriority;
        var enough = candidates.Count + most;
        if (line.Passed is not { } passed || passed.Priority < least)
        {
            Look(batch, claim, batch.Db.Use(SelectFront).Bind(line.Id).Bind(least), line, room, most, candidates, atFront: true);
            return;
        }

        var behind = batch.Db.Use(SelectBehind).Bind(line.Id).Bind((long)passed.Priority).Bind(passed.RunAt).Bind(passed.Id);
        Look(batch, claim, behind, line, room, most, candidates, atFront: true);
        if (candidates.Count < enough)
        {
            var nobody = candidates.Count == enough - most;   // then the front goes on below
            var below = batch.Db.Use(SelectBelow).Bind(line.Id).Bind((long)passed.Priority).Bind(least);
            Look(batch, claim, below, line, room, enough - candidates.Count, candidates, atFront: nobody);
        }
    }

    private static void Look(
        Batch batch, ClaimRun claim, Statement row, Line line, int room, int most, List<Candidate> candidates, bool atFront = false)
    {
        var enough = candidates.Count + most;
        while (candidates.Count < enough && row.Step())
        {
            if (line.Leased > 0 && batch.Leases.Holds(row.Long(0)))
            {
                if (atFront)
                {
                    line.Passed = (row.Int(1), row.Long(2), row.Long(0));
                }

                continue;
            }

            atFront = false;

            var candidate = Candidate.Of(row, line, room);
            if (candidate.StartBy is not { } limit || candidate.Attempt > 0 || limit > claim.Now)
            {
                candidates.Add(candidate);   // else the leader will end it as expired, and until then it must not start either
            }
        }

        row.Reset();
    }

    /// <summary>The jobs of these lines that have waited longest: the fronts of each priority are looked at, never the whole
    /// line.</summary>
    private static List<Candidate> Oldest(Batch batch, ClaimRun claim, List<(Line Line, int Room)> lines, int count)
    {
        var before = claim.OldBefore;
        var candidates = new List<Candidate>();
        foreach (var (line, room) in lines)
        {
            var below = 1001;
            while (below > claim.LeastPriority)
            {
                var next = batch.Db.Use(SelectNextPriority).Bind(line.Id).Bind((long)below);
                if (!next.Step())
                {
                    break;
                }

                below = next.Int(0);
                var waitedSince = next.Long(1);
                next.Reset();
                if (waitedSince >= before || below < claim.LeastPriority)
                {
                    continue;
                }

                var row = batch.Db.Use(SelectOldest).Bind(line.Id).Bind((long)below).Bind(before);
                Look(batch, claim, row, line, room, count, candidates);
            }
        }

        candidates.Sort(Candidate.ByAge);
        return candidates;
    }

    private static int Take(Batch batch, ClaimRun claim, List<Candidate> candidates, int most, bool byAge, out bool changed)
    {
        var taken = 0;
        changed = false;
        HashSet<Line>? thinned = null;
        for (var i = 0; i < candidates.Count; i++)
        {
            if (taken == most || claim.Wanted == 0)
            {
                break;
            }

            // A line that gave fewer than were fetched of it may have better ones behind than those of other lines: fetch anew first.
            if (i > 0 && thinned?.Contains(candidates[i - 1].Line) == true && IsLastOfLine(candidates, i - 1))
            {
                break;
            }

            var candidate = candidates[i];

            if (claim.RoomIn(candidate.Line, candidate.Room) == 0)
            {
                continue;
            }

            if (claim.Place(candidate) is not { } place)
            {
                if (claim.PassOver(candidate))
                {
                    changed = true;   // the next look reaches beyond it
                    thinned = Thin(thinned, candidate.Line, byAge);
                }

                continue;
            }

            if (candidate.Failures > 0 && !MayRetry(batch, claim, candidate, ref changed))
            {
                thinned = candidate.Deferred ? thinned : Thin(thinned, candidate.Line, byAge);
                continue;
            }

            if (candidate.ConcurrencyKey is { } key && Holder(batch, key) is not null)
            {
                changed |= batch.Db.Use(HoldJob).Bind(candidate.Id).Run() == 1;
                batch.Hold(candidate.Line, 1);
                batch.Retry(candidate.Line, candidate.Failures, -1);
                claim.Holds++;
                thinned = Thin(thinned, candidate.Line, byAge);
                continue;
            }

            if (Lease(batch, claim, candidate, place, byAge, together: candidates.Count >= claim.BatchLeaseFrom) is { } job)
            {
                claim.Took(candidate, place, job);
                taken++;
                changed = true;
            }
        }

        return taken;
    }

    private static HashSet<Line>? Thin(HashSet<Line>? thinned, Line line, bool byAge)
    {
        if (!byAge)
        {
            (thinned ??= []).Add(line);
        }

        return thinned;
    }

    private static bool IsLastOfLine(List<Candidate> candidates, int at)
    {
        for (var i = at + 1; i < candidates.Count; i++)
        {
            if (candidates[i].Line == candidates[at].Line && candidates[i].Deferred == candidates[at].Deferred)
            {
                return false;
            }
        }

        return true;
    }
}
