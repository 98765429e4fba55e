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

    private const string SelectQueueRunning = """
        select coalesce(sum(n), 0)::bigint from (
            select c.n from pawl.line_count c join pawl.line l on l.id = c.line_id where l.queue = $1 and c.state = 'running'
            union all
            select d.counts[$2] from pawl.delta d join pawl.line l on l.id = d.line_id where l.queue = $1) as counted
        """;

    private const int LeastPriority = -1000;
    private const int MostSetAside = 1000;

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

            _memories.Turn += claimed.Count > 0 ? 1u : 0;
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
            var queue = queues[(int)((i + _memories.Turn) % queues.Count)];
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

    /// <summary>A line that a claim may take from.</summary>
    private sealed record OpenLine(
        Line Line, int Room, int? MaxRunning, bool Runs, bool Rows, bool Retries, bool Deferred, QueueSettings Settings);
}
