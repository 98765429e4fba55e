using Pawl.Storage;

namespace Pawl.Sqlite;

/// <summary>Keeps retries within their share of a queue's starts. Those over it are set aside: they stay scheduled, outside the index of
/// what comes due, and claims take them from there.</summary>
internal sealed partial class SqliteStore
{
    private const string SetJobAside = """
        update job set state = 'scheduled', reason = 'retry', deferred = 1, row_version = row_version + 1
        where id = @id and state = @from and held is null and deferred = 0
        """;

    private const string TakeJobBack = """
        update job set state = 'queued', reason = null, deferred = 0, row_version = row_version + 1 where id = @id and deferred = 1
        """;

    private const string DeferredCandidates = """
        select id, priority, run_at,
            losses, unbegun, concurrency_key, attempt, generation, failures, snoozes, max_attempts, recoveries, unique_key, start_by
        from job
        where line_id = @line and deferred = 1
        """;

    private const string SelectFrontDeferred = DeferredCandidates + " and priority >= @least order by priority desc, run_at, id";
    private const string SelectOldestDeferred = DeferredCandidates + " and priority = @priority and run_at < @before order by run_at, id";
    private const string SelectNextDeferredPriority = """
        select priority, run_at from job
        where line_id = @line and deferred = 1 and priority < @below
        order by priority desc, run_at, id
        limit 1
        """;

    /// <summary>Whether retries stand in these lines, or beside them.</summary>
    private static bool HasRetries(List<(Line Line, int Room)> lines)
    {
        foreach (var (line, _) in lines)
        {
            if (line.AllRetries > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>How many of the next starts of these lines may be retries.</summary>
    private static int RetryRoom(ClaimRun claim, Queues.Memory memory, List<(Line Line, int Room)> lines, int starts)
    {
        var waiting = FirstAttempts(claim, lines);
        if (waiting == 0)
        {
            return int.MaxValue;
        }

        var request = claim.Request;

        // A slot kept for urgent jobs may find no first attempt to pay for a retry.
        var paying = Math.Max(Math.Min(starts, 1), Math.Min(starts, claim.Wanted - claim.ExpressSlots));
        var kept = memory.Budget.Room(request.Now, paying, claim.RetryShare, request.RetryWindow);

        // Slots beyond those that the waiting first attempts fill: when they are taken none of them waits any more.
        var spare = Math.Min(starts, claim.Slots) - waiting;
        return (int)Math.Max(kept, spare);
    }

    /// <summary>How many first attempts wait that this worker could start.</summary>
    private static long FirstAttempts(ClaimRun claim, List<(Line Line, int Room)> lines)
    {
        var waiting = 0L;
        foreach (var (line, room) in lines)
        {
            waiting += Math.Min(line.FirstAttempts, claim.RoomIn(line, room));
        }

        return waiting;
    }

    /// <summary>Whether retries may fill what is left: nothing else can.</summary>
    /// <remarks>An ordinary slot is left when every first attempt was looked at and none can start now, such as a job on its last chance. A
    /// slot kept for urgent jobs may stay empty although others wait, and a retry must not slip in there.</remarks>
    private static bool MayFill(ClaimRun claim, List<(Line Line, int Room)> lines) =>
        claim.RetryRoom < int.MaxValue && HasRetries(lines) && (claim.Slots > 0 || FirstAttempts(claim, lines) == 0);

    /// <summary>Adds those set aside that may start now to those of the lines; whether there were any.</summary>
    private static bool AddDeferred(Batch batch, ClaimRun claim, List<(Line Line, int Room)> lines, int count, List<Candidate> candidates)
    {
        var before = candidates.Count;
        foreach (var (line, room) in lines)
        {
            if (line.Counts[Line.Deferred] == 0)
            {
                continue;
            }

            var most = Math.Min(Math.Min(count, claim.RetryRoom), claim.RoomIn(line, room));
            if (most <= 0)
            {
                continue;
            }

            most += 2 * claim.PassedOver(line);
            LookAside(batch.Db.Use(SelectFrontDeferred).Bind(line.Id).Bind((long)claim.LeastPriority), line, room, most, candidates);
        }

        return candidates.Count > before;
    }

    private static void LookAside(Statement row, Line line, int room, int most, List<Candidate> candidates)
    {
        for (var n = 0; n < most && row.Step(); n++)
        {
            candidates.Add(Candidate.Of(row, line, room) with { Deferred = true });
        }

        row.Reset();
    }

    /// <summary>The turns of retries that have waited longest: of every ten that may start one, whatever its priority.</summary>
    private static int TakeOldestDeferred(Batch batch, ClaimRun claim, Queues.Memory memory, List<(Line Line, int Room)> lines, int share)
    {
        var may = Math.Min(share, claim.RetryRoom);
        if (may <= 0 || !lines.Exists(each => each.Line.Counts[Line.Deferred] > 0))
        {
            return 0;
        }

        var turns = Ageing.Turns(memory.RetryTurns, may, claim.AgeingShare);
        memory.RetryTurns += may;
        if (turns == 0)
        {
            return 0;
        }

        var oldest = OldestDeferred(batch, claim, lines, turns);
        return Take(batch, claim, oldest, turns, byAge: true, out _);
    }

    private static List<Candidate> OldestDeferred(Batch batch, ClaimRun claim, List<(Line Line, int Room)> lines, int count)
    {
        var before = claim.OldBefore;
        var candidates = new List<Candidate>();
        foreach (var (line, room) in lines)
        {
            var below = 1001;
            while (line.Counts[Line.Deferred] > 0 && below > claim.LeastPriority)
            {
                var next = batch.Db.Use(SelectNextDeferredPriority).Bind(line.Id).Bind((long)below);
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

                var row = batch.Db.Use(SelectOldestDeferred).Bind(line.Id).Bind((long)below).Bind(before);
                LookAside(row, line, room, count, candidates);
            }
        }

        candidates.Sort(Candidate.ByAge);
        return candidates;
    }

    /// <summary>Whether a retry that comes due must wait for a claim: first attempts wait in its queue, and there is no room or another has
    /// it.</summary>
    private static bool MustWait(Batch batch, Line line, PromoteRequest request)
    {
        var (waiting, retries) = (false, false);
        foreach (var other in batch.Lines.All)
        {
            if (other.Queue == line.Queue)
            {
                waiting |= other.FirstAttempts > 0 && !batch.Queues.IsPaused(other.Queue, other.Type);
                retries |= other.AllRetries > 0;
            }
        }

        var share = batch.Queues.SettingsOf(line.Queue)?.RetryShare ?? request.RetryShare;
        return waiting && share < 1 && (retries || !batch.Queues.HasRetryRoom(line.Queue, request.Now, share, request.RetryWindow));
    }

    /// <summary>Whether a retry that a claim has a place for may start. One over the budget leaves its line; one that was set aside steps
    /// into it, to be leased or held there.</summary>
    private static bool MayRetry(Batch batch, ClaimRun claim, Candidate candidate, ref bool changed)
    {
        if (claim.RetryRoom > 0)
        {
            if (candidate.Deferred)
            {
                TakeBack(batch, claim, candidate);
            }

            return true;
        }

        if (!candidate.Deferred)
        {
            SetAside(
                batch,
                new Deferral(candidate.Id, candidate.Line, candidate.Generation, candidate.Attempt, JobState.Queued),
                claim.Now);
            FreeKey(batch, candidate.ConcurrencyKey);   // it may be the one of its line that a freed key was offered to
            claim.Holds++;
            changed = true;
        }

        return false;
    }

    private static void SetAside(Batch batch, Deferral job, long now)
    {
        if (batch.Db.Use(SetJobAside).Bind(job.Id).Bind(Words.Of(job.From)).Run() != 1)
        {
            throw new System.Diagnostics.UnreachableException($"Job {job.Id} was {job.From} and could not be set aside.");
        }

        var to = Transitions.Next(job.From, JobEvent.Deferred)!.Value;
        batch.Move(job.Line, job.From, to);
        if (job.From == JobState.Queued)
        {
            batch.Retry(job.Line, 1, -1);
        }

        batch.Defer(job.Line, 1);
        batch.JobEvent(EventKind.RetryDeferred, job.Id, job.Generation, job.Attempt, job.From, to, now, "engine");
    }

    private static void TakeBack(Batch batch, ClaimRun claim, Candidate candidate)
    {
        if (batch.Db.Use(TakeJobBack).Bind(candidate.Id).Run() != 1)
        {
            throw new System.Diagnostics.UnreachableException($"Job {candidate.Id} was set aside and could not be taken back.");
        }

        batch.Defer(candidate.Line, -1);
        batch.Enter(candidate.Line, JobState.Scheduled, JobState.Queued, candidate.Priority, candidate.RunAt, candidate.Id);
        batch.Retry(candidate.Line, candidate.Failures, 1);
        batch.JobEvent(
            EventKind.Due, candidate.Id, candidate.Generation, candidate.Attempt, JobState.Scheduled, JobState.Queued, claim.Now, "engine");
    }

    /// <summary>Counts a job out that leaves where a claim would look for it.</summary>
    private static void Leave(Batch batch, Head head)
    {
        if (head.InLine)
        {
            batch.Retry(head.Line, head.Failures, -1);
        }

        if (head.Deferred)
        {
            batch.Defer(head.Line, -1);
        }
    }

    private readonly record struct Deferral(long Id, Line Line, int Generation, int Attempt, JobState From);
}
