using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // The lines of a wish that exist and are not paused, with what they hold for a claim, and since when the longest waiting of all first
    // ones of a priority waits. Nobody watches for the silence of a worker that is gone, so its jobs would never be lost: it gets none,
    // and while this lock is held it cannot go. The offsets keep each a look at one line, never a walk through all that wait.
    private const string SelectOpenLines = """
        with known as (select id from pawl.worker where id = $4 and not gone for share)
        select l.id, wish.room, limited.max_running,
            exists (select 1 from pawl.ready r where r.line_id = l.id offset 0),
            exists (select 1 from pawl.job_state s where s.line_id = l.id and s.state = 'queued' and s.held is null offset 0),
            exists (
                select 1 from pawl.job_state s
                where s.line_id = l.id and s.failures > 0 and s.state = 'queued' and s.held is null offset 0),
            exists (select 1 from pawl.job_state s where s.line_id = l.id and s.deferred offset 0),
            setting.retry_share, setting.ageing_share, setting.ageing_after_us
        from known cross join unnest($1::text[], $2::text[], $3::integer[]) with ordinality as wish (queue, type, room, place)
        join pawl.line l on l.queue = wish.queue and l.type = wish.type
        left join pawl.queue_limit limited on limited.queue = l.queue
        left join pawl.queue_setting setting on setting.queue = l.queue
        where not exists (
                select 1 from pawl.pause p where (p.queue = l.queue and p.type = '') or (p.queue = '' and p.type = l.type))
            and (exists (select 1 from pawl.ready r where r.line_id = l.id offset 0)
                or exists (select 1 from pawl.job_state s where s.line_id = l.id and s.state = 'queued' and s.held is null offset 0)
                or exists (select 1 from pawl.job_state s where s.line_id = l.id and s.deferred offset 0))
        order by wish.place
        """;

    // The first of each priority of each line, by a leap from one priority to the next below; those that have waited for as long as their
    // queue says.
    private const string SelectOldFronts = """
        with recursive front as (
            select l.id as line_id, null::integer as priority, null::bigint as run_at,
                $4::bigint - coalesce(setting.ageing_after_us, $5) as before
            from unnest($1::text[], $2::text[]) as wish (queue, type) join pawl.line l on l.queue = wish.queue and l.type = wish.type
            left join pawl.queue_setting setting on setting.queue = l.queue
            union all
            select front.line_id, below.priority, below.run_at, front.before
            from front cross join lateral (
                select first.priority, first.run_at from (
                    (select r.priority, r.run_at from pawl.ready r
                    where r.line_id = front.line_id and r.priority < coalesce(front.priority, 1001) and r.priority >= $3
                    order by r.priority desc, r.run_at, r.lo limit 1)
                    union all
                    (select s.priority, s.run_at from pawl.job_state s
                    where s.line_id = front.line_id and s.state = 'queued' and s.held is null
                        and s.priority < coalesce(front.priority, 1001) and s.priority >= $3
                    order by s.priority desc, s.run_at, s.id limit 1)) as first
                order by first.priority desc, first.run_at
                limit 1) as below)
        select line_id, priority from front where run_at < before
        """;

    private const string SelectRuns = """
        select run.line_id, run.priority, run.run_at, run.lo, run.hi
        from unnest($1::integer[]) as wish (line_id), lateral (
            select * from pawl.ready r
            where r.line_id = wish.line_id and r.priority >= $2
            order by r.priority desc, r.run_at, r.lo
            limit $3
            for update skip locked) as run
        """;

    private const string SelectOldRuns = """
        select run.line_id, run.priority, run.run_at, run.lo, run.hi
        from pawl.ready run
        where run.line_id = $1 and run.priority = $2 and run.run_at < $3
        order by run.run_at, run.lo
        limit $4
        for update skip locked
        """;

    private const string Columns = """
        line_id, id, priority, run_at, losses, unbegun, concurrency_key, attempt, generation, failures, snoozes, max_attempts, recoveries,
            unique_key, start_by
        """;

    private const string SelectFront = $"""
        select job.* from unnest($1::integer[]) as wish (line_id), lateral (
            select {Columns} from pawl.job_state s
            where s.line_id = wish.line_id and s.state = 'queued' and s.held is null and s.priority >= $2
                and (s.start_by is null or s.attempt > 0 or s.start_by > $3)
            order by s.priority desc, s.run_at, s.id
            limit $4
            for update skip locked) as job
        """;

    private const string SelectOldest = $"""
        select {Columns} from pawl.job_state
        where line_id = $1 and state = 'queued' and held is null and priority = $2 and run_at < $3
            and (start_by is null or attempt > 0 or start_by > $4)
        order by run_at, id
        limit $5
        for update skip locked
        """;

    private const string SelectQueueRunning = """
        select coalesce(sum(n), 0)::bigint from (
            select c.n from pawl.line_count c join pawl.line l on l.id = c.line_id where l.queue = $1 and c.state = 'running'
            union all
            select d.counts[$2] from pawl.delta d join pawl.line l on l.id = d.line_id where l.queue = $1) as counted
        """;

    private const string HoldJob = "update pawl.job_state set held = 'concurrency_key' where id = $1 and state = 'queued' and held is null";

    private const int LeastPriority = -1000;
    private const int MostSetAside = 1000;
    private const int FirstRuns = 4;

    private readonly Memories _memories = new();
    private readonly SemaphoreSlim _claiming = new(1);   // one claim of this process at a time: they would want the same jobs

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Claimed>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        await _claiming.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_idle && !await HasAnyAsync(request, cancellationToken).ConfigureAwait(false))
            {
                return [];
            }

            var memories = new Dictionary<string, Memory>(StringComparer.Ordinal);
            var (claimed, held) = await WriteAsync(
                batch =>
                {
                    memories.Clear();
                    return ClaimAsync(batch, request, memories);
                },
                cancellationToken).ConfigureAwait(false);
            _idle = claimed.Count == 0;
            if (held is not null)
            {
                _held.Add(held);
            }

            foreach (var (queue, memory) in memories)
            {
                _memories.Keep(queue, memory);
            }

            _memories.Turn = _memories.Turn == int.MaxValue ? 0 : _memories.Turn + 1;
            return claimed;
        }
        finally
        {
            _claiming.Release();
        }
    }

    private async ValueTask<(IReadOnlyList<Claimed> Jobs, HeldBatch? Held)> ClaimAsync(
        Batch batch, ClaimRequest request, Dictionary<string, Memory> memories)
    {
        var claim = new ClaimRun(request, Micros.Of(request.Now));
        var queues = await OpenAsync(batch, claim).ConfigureAwait(false);
        var fuller = new List<List<OpenLine>>();
        for (var i = 0; i < queues.Count && claim.Wanted > 0; i++)
        {
            // An even share for each queue first; what one leaves over goes to the next, and to all that may have more once more.
            var share = (claim.Wanted + queues.Count - i - 1) / (queues.Count - i);
            var queue = queues[(i + _memories.Turn) % queues.Count];
            if (await ClaimFromAsync(batch, claim, queue, share, memories).ConfigureAwait(false))
            {
                fuller.Add(queue);
            }
        }

        for (var i = 0; i < fuller.Count && claim.Wanted > 0; i++)
        {
            await ClaimFromAsync(batch, claim, fuller[i], claim.Wanted, memories).ConfigureAwait(false);
        }

        var jobs = await LeaseAsync(batch, claim).ConfigureAwait(false);
        return (jobs, claim.Held);
    }

    /// <summary>The queues that have something for this worker, each with its lines.</summary>
    private static async ValueTask<List<List<OpenLine>>> OpenAsync(Batch batch, ClaimRun claim)
    {
        var wishes = claim.Request.Lines.Where(line => line.Room > 0).ToList();
        string?[] queueNames = [.. wishes.Select(static wish => wish.Queue)];
        string?[] types = [.. wishes.Select(static wish => wish.Type)];
        batch.Db.Use(SelectOldFronts).Bind(queueNames).Bind(types).Bind(claim.LeastPriority).Bind(claim.Now).Bind(Ageing.After)
            .EachLater(row => claim.OldFronts.Add((row.Int(0), row.Int(1))));
        var found = await batch.Db.Use(SelectOpenLines).Bind(queueNames).Bind(types)
            .Bind([.. wishes.Select(static wish => wish.Room)]).Bind(claim.Request.WorkerId)
            .ListAsync(static row => (Line: row.Int(0), Room: row.Int(1), MaxRunning: row.IntOrNull(2), Runs: row.Flag(3),
                Rows: row.Flag(4), Retries: row.Flag(5), Deferred: row.Flag(6), Settings: new QueueSettings
                {
                    RetryShare = row.DoubleOrNull(7), AgeingShare = row.DoubleOrNull(8), AgeingAfter = row.LengthOrNull(9),
                })).ConfigureAwait(false);
        var queues = new List<List<OpenLine>>();
        var places = new Dictionary<string, List<OpenLine>>(StringComparer.Ordinal);
        foreach (var (id, room, maxRunning, runs, rows, retries, deferred, settings) in found)
        {
            var line = await batch.LineAsync(id).ConfigureAwait(false);
            if (!places.TryGetValue(line.Queue, out var lines))
            {
                places.Add(line.Queue, lines = []);
                queues.Add(lines);
            }

            lines.Add(new OpenLine(line, room, maxRunning, runs, rows, retries, deferred, settings));
        }

        return queues;
    }

    /// <summary>Takes a share from one queue; whether there may be more in it.</summary>
    private async ValueTask<bool> ClaimFromAsync(
        Batch batch, ClaimRun claim, List<OpenLine> lines, int share, Dictionary<string, Memory> memories)
    {
        claim.At(lines[0].Settings);
        var queue = lines[0].Line.Queue;
        var memory = memories.GetValueOrDefault(queue) ?? _memories.Of(queue, claim.Request.Now);
        share = Math.Min(share, await RoomInAsync(batch, claim, lines[0]).ConfigureAwait(false));
        var retriesBefore = claim.RetriesTaken;
        var hasRetries = lines.Exists(static line => line.Retries || line.Deferred);
        claim.RetryRoom = hasRetries ? await RetryRoomAsync(batch, claim, memory, lines, share).ConfigureAwait(false) : int.MaxValue;
        var taken = 0;
        if (hasRetries)
        {
            (taken, memory) = await TakeOldestDeferredAsync(batch, claim, memory, lines, share).ConfigureAwait(false);
        }

        var aged = Ageing.Turns(memory.Starts, share, claim.AgeingShare);
        for (var left = Math.Min(aged, share - taken); left > 0;)
        {
            var oldest = await OldestAsync(batch, claim, lines, left).ConfigureAwait(false);
            var (got, changed) = await TakeAsync(batch, claim, oldest, left, byAge: true).ConfigureAwait(false);
            taken += got;
            left = changed && hasRetries && claim.Holds < MostSetAside ? left - got : 0;   // once more behind retries that were set aside
        }

        (var all, taken) = await TakeFrontAsync(batch, claim, lines, share, taken).ConfigureAwait(false);
        if (all && hasRetries && await MayFillAsync(batch, claim, lines).ConfigureAwait(false))
        {
            claim.RetryRoom = int.MaxValue;
            (_, taken) = await TakeFrontAsync(batch, claim, lines, share, taken).ConfigureAwait(false);
        }

        memory = memory with { Starts = memory.Starts + taken };
        var retries = claim.RetriesTaken - retriesBefore;
        if (hasRetries || memory.Budget.Owes)
        {
            memory = memory with
            {
                Budget = memory.Budget.After(
                    claim.Request.Now, taken - retries, retries, claim.RetryShare, claim.Request.RetryWindow),
            };
        }

        memories[queue] = memory;
        return !all || taken >= share || hasRetries;
    }

    /// <summary>Takes the best of the lines. Whether all that can be had was looked at, and how many are taken now.</summary>
    private async ValueTask<(bool All, int Taken)> TakeFrontAsync(Batch batch, ClaimRun claim, List<OpenLine> lines, int share, int taken)
    {
        while (taken < share && claim.Wanted > 0)
        {
            var front = await FrontAsync(batch, claim, lines, share - taken).ConfigureAwait(false);
            var (got, changed) = await TakeAsync(batch, claim, front, share - taken, byAge: false).ConfigureAwait(false);
            var none = !changed || (got == front.Count && got < share - taken);   // all that there was, so another look would find nothing
            taken += got;
            if (none)
            {
                return (true, taken);
            }

            if (claim.Holds + claim.Passes >= MostSetAside)
            {
                if (claim.Holds > 0)
                {
                    batch.Runnable(front[0].Priority);   // there is more behind the held ones; look again after this commit
                }

                return (false, taken);
            }
        }

        return (false, taken);
    }

    /// <summary>How many more of a queue may run. A queue with a limit is claimed from by one at a time.</summary>
    private static async ValueTask<int> RoomInAsync(Batch batch, ClaimRun claim, OpenLine line)
    {
        if (line.MaxRunning is not { } most)
        {
            return int.MaxValue;
        }

        await KeyLock.TakeAsync(batch, [KeyLock.Of("queue", line.Line.Queue)]).ConfigureAwait(false);
        var running = await batch.Db.Use(SelectQueueRunning).Bind(line.Line.Queue)
            .Bind((int)JobState.Running + 1).NumberAsync().ConfigureAwait(false);
        var here = claim.Jobs.Count(taken => taken.Job.Line.Queue == line.Line.Queue);
        return (int)Math.Max(0, most - (running ?? 0) - here);
    }

    private async ValueTask<List<Candidate>> FrontAsync(Batch batch, ClaimRun claim, List<OpenLine> lines, int count)
    {
        var wanted = lines.FindAll(line => claim.RoomIn(line.Line, line.Room) > 0);
        var candidates = new List<Candidate>();
        if (wanted.Count == 0)
        {
            return candidates;
        }

        // further at each look, or a thousand that were passed over would take a thousand looks
        var most = count + (2 * claim.Passes);
        if (wanted.Exists(static line => line.Rows))
        {
            batch.Db.Use(SelectFront).Bind([.. wanted.Where(static line => line.Rows).Select(static line => line.Line.Id)])
                .Bind(claim.LeastPriority).Bind(claim.Now).Bind(most)
                .EachLater(row =>
                {
                    var line = wanted.Find(line => line.Line.Id == row.Int(0))!;
                    candidates.Add(Candidate.Of(row, line.Line, line.Room));
                });
        }

        await FrontRunsAsync(batch, claim, wanted, [.. wanted.Select(static line => line.Line.Id)], most, candidates).ConfigureAwait(false);
        candidates = BestOfLines(candidates, most);
        await AddDeferredAsync(batch, claim, wanted, count, candidates).ConfigureAwait(false);
        candidates.Sort(Candidate.ByPriority);
        return candidates;
    }

    /// <summary>The front of each line, whether it stands in rows or in runs: beyond it others may stand that were not fetched.</summary>
    private static List<Candidate> BestOfLines(List<Candidate> candidates, int most)
    {
        candidates.Sort(Candidate.ByPriority);
        var seen = new Dictionary<int, int>();
        return candidates.FindAll(candidate => (seen[candidate.Line.Id] = seen.GetValueOrDefault(candidate.Line.Id) + 1) <= most);
    }

    /// <summary>The jobs of the first runs. Few runs are locked at first: where each holds many jobs other claims need the rest.</summary>
    private static async ValueTask FrontRunsAsync(
        Batch batch, ClaimRun claim, List<OpenLine> lines, int[] ids, int most, List<Candidate> candidates)
    {
        var had = claim.Jobs.Count(static taken => taken.Job.Run is not null);
        for (var limit = FirstRuns; ; limit = most + had)
        {
            var seen = new Dictionary<int, (int Runs, long Jobs)>();
            var runs = new List<Run>();
            await batch.Db.Use(SelectRuns).Bind(ids).Bind(claim.LeastPriority).Bind(limit)
                .EachAsync(row =>
                {
                    var line = lines.Find(line => line.Line.Id == row.Int(0))!;
                    var run = new Run(line.Line, line.Room, row.Int(1), row.Long(2), row.Long(3), row.Long(4));
                    var (n, jobs) = seen.GetValueOrDefault(row.Int(0));
                    seen[row.Int(0)] = (n + 1, jobs + run.Hi - run.Lo + 1);
                    runs.Add(run);
                }).ConfigureAwait(false);
            if (limit >= most + had || seen.Values.All(line => line.Runs < limit || line.Jobs >= most + had))
            {
                Add(claim, runs, most, candidates);
                return;
            }
        }
    }

    private static void Add(ClaimRun claim, List<Run> runs, int most, List<Candidate> candidates)
    {
        var left = new Dictionary<int, int>();
        foreach (var run in runs)
        {
            claim.Runs[run.Lo] = run;
            var more = left.GetValueOrDefault(run.Line.Id, most);
            for (var id = run.Lo; id <= run.Hi && more > 0; id++)
            {
                if (!claim.Has(id))
                {
                    candidates.Add(Candidate.Of(run, id));
                    more--;
                }
            }

            left[run.Line.Id] = more;
        }
    }

    /// <summary>The jobs of these lines that have waited longest: the fronts of each priority are looked at, never the whole
    /// line.</summary>
    private static async ValueTask<List<Candidate>> OldestAsync(Batch batch, ClaimRun claim, List<OpenLine> lines, int count)
    {
        var before = claim.OldBefore;
        var candidates = new List<Candidate>();
        var had = claim.Jobs.Count(static taken => taken.Job.Run is not null);
        foreach (var (id, priority) in claim.OldFronts)
        {
            if (priority < claim.LeastPriority || lines.Find(line => line.Line.Id == id) is not { } line)
            {
                continue;
            }

            batch.Db.Use(SelectOldest).Bind(id).Bind(priority).Bind(before).Bind(claim.Now).Bind(count)
                .EachLater(row => candidates.Add(Candidate.Of(row, line.Line, line.Room)));
            var runs = await batch.Db.Use(SelectOldRuns).Bind(id).Bind(priority).Bind(before).Bind(count + had)
                .ListAsync(row => new Run(line.Line, line.Room, row.Int(1), row.Long(2), row.Long(3), row.Long(4)))
                .ConfigureAwait(false);
            Add(claim, runs, count, candidates);
        }

        candidates.Sort(Candidate.ByAge);
        return candidates;
    }

    private async ValueTask<(int Taken, bool Changed)> TakeAsync(
        Batch batch, ClaimRun claim, List<Candidate> candidates, int most, bool byAge)
    {
        var (taken, changed) = (0, false);
        HashSet<Line>? thinned = null;
        for (var i = 0; i < candidates.Count && taken < most && claim.Wanted > 0; i++)
        {
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

            if (candidate.Failures > 0)
            {
                var (may, moved) = await MayRetryAsync(batch, claim, candidate).ConfigureAwait(false);
                changed |= moved;
                if (!may)
                {
                    thinned = candidate.Deferred ? thinned : Thin(thinned, candidate.Line, byAge);
                    continue;
                }
            }

            if (candidate.ConcurrencyKey is { } key && await IsFullAsync(batch, claim, key).ConfigureAwait(false))
            {
                changed |= await batch.Db.Use(HoldJob).Bind(candidate.Id).RunAsync().ConfigureAwait(false) == 1;
                batch.Hold(candidate.Line, 1);
                batch.Retry(candidate.Line, candidate.Failures, -1);
                claim.Holds++;
                thinned = Thin(thinned, candidate.Line, byAge);
                continue;
            }

            claim.Took(candidate, place, byAge);
            await StandAsync(batch, claim, candidate, place).ConfigureAwait(false);
            taken++;
            changed = true;
        }

        return (taken, changed);
    }

    private static async ValueTask<bool> IsFullAsync(Batch batch, ClaimRun claim, string key)
    {
        if (claim.LockedKeys.Add(key))
        {
            await KeyLock.TakeAsync(batch, [KeyLock.Of("concurrency", key)]).ConfigureAwait(false);
        }

        return await HolderAsync(batch, key).ConfigureAwait(false) is not null;
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

    /// <summary>A line that a claim may take from.</summary>
    private sealed record OpenLine(
        Line Line, int Room, int? MaxRunning, bool Runs, bool Rows, bool Retries, bool Deferred, QueueSettings Settings);
}
