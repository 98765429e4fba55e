namespace Pawl.Postgres;

/// <summary>Keeps retries within their share of a queue's starts. Those over it are set aside: they stay scheduled, outside the index of
/// what comes due, and claims take them from there.</summary>
internal sealed partial class PostgresStore
{
    private const string TakeJobBack = """
        update pawl.job_state set state = 'queued', reason = null, deferred = false, row_version = row_version + 1
            where id = $1 and deferred
        """;

    private const string SelectFrontDeferred = $"""
        select job.* from unnest($1::integer[]) as wish (line_id), lateral (
            select {Columns} from pawl.job_state s
            where s.line_id = wish.line_id and s.deferred and s.priority >= $2
            order by s.priority desc, s.run_at, s.id
            limit $3
            for update skip locked) as job
        """;

    private const string SelectOldestDeferred = $"""
        select {Columns} from pawl.job_state
        where line_id = $1 and deferred and priority = $2 and run_at < $3
        order by run_at, id
        limit $4
        for update skip locked
        """;

    private const string SelectNextDeferredPriority = """
        select priority, run_at from pawl.job_state
        where line_id = $1 and deferred and priority < $2
        order by priority desc, run_at, id
        limit 1
        """;

    // of each line as many as matter: what a worker has room for, and a few more
    private const string SelectFirstAttempts = """
        select wish.line_id,
            coalesce((select sum(r.hi - r.lo + 1) from (select lo, hi from pawl.ready where line_id = wish.line_id limit $2) as r),
                0)::bigint
            + (select count(*) from (
                select 1 from pawl.job_state s
                where s.line_id = wish.line_id and s.state = 'queued' and s.held is null and s.failures = 0 limit $2) as s)
        from unnest($1::integer[]) as wish (line_id)
        """;

    /// <summary>How many of the next starts of these lines may be retries.</summary>
    private static async ValueTask<int> RetryRoomAsync(Batch batch, ClaimRun claim, Memory memory, List<OpenLine> lines, int starts)
    {
        var waiting = await FirstAttemptsAsync(batch, claim, lines).ConfigureAwait(false);
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
    private static async ValueTask<long> FirstAttemptsAsync(Batch batch, ClaimRun claim, List<OpenLine> lines)
    {
        var taken = claim.Jobs.Where(static one => one.Job.Run is not null).GroupBy(static one => one.Job.Line.Id)
            .ToDictionary(static line => line.Key, static line => line.LongCount());
        var waiting = 0L;
        await batch.Db.Use(SelectFirstAttempts).Bind([.. lines.Select(static line => line.Line.Id)])
            .Bind(claim.Wanted + claim.Jobs.Count + 1)
            .EachAsync(row =>
            {
                var line = lines.Find(line => line.Line.Id == row.Int(0))!;
                var first = row.Long(1) - taken.GetValueOrDefault(line.Line.Id);
                waiting += Math.Min(first, claim.RoomIn(line.Line, line.Room));
            }).ConfigureAwait(false);
        return waiting;
    }

    /// <summary>Whether retries may fill what is left: nothing else can.</summary>
    /// <remarks>An ordinary slot is left when every first attempt was looked at and none can start now, such as a job on its last chance. A
    /// slot kept for urgent jobs may stay empty although others wait, and a retry must not slip in there.</remarks>
    private static async ValueTask<bool> MayFillAsync(Batch batch, ClaimRun claim, List<OpenLine> lines) =>
        claim.RetryRoom < int.MaxValue
        && (claim.Slots > 0 || await FirstAttemptsAsync(batch, claim, lines).ConfigureAwait(false) == 0);

    /// <summary>Adds those set aside that may start now to those of the lines.</summary>
    private static async ValueTask AddDeferredAsync(
        Batch batch, ClaimRun claim, List<OpenLine> lines, int count, List<Candidate> candidates)
    {
        var most = Math.Min(count, claim.RetryRoom);
        if (most > 0 && lines.Exists(static line => line.Deferred))
        {
            most += 2 * claim.Passes;
            await batch.Db.Use(SelectFrontDeferred).Bind([.. lines.Select(static line => line.Line.Id)]).Bind(claim.LeastPriority)
                .Bind(most)
                .EachAsync(row =>
                {
                    var line = lines.Find(line => line.Line.Id == row.Int(0))!;
                    candidates.Add(Candidate.Of(row, line.Line, line.Room) with { Deferred = true });
                }).ConfigureAwait(false);
        }
    }

    /// <summary>The turns of retries that have waited longest: of every ten that may start one, whatever its priority.</summary>
    private async ValueTask<(int Taken, Memory Memory)> TakeOldestDeferredAsync(
        Batch batch, ClaimRun claim, Memory memory, List<OpenLine> lines, int share)
    {
        var may = Math.Min(share, claim.RetryRoom);
        if (may <= 0 || !lines.Exists(static line => line.Deferred))
        {
            return (0, memory);
        }

        var turns = Ageing.Turns(memory.RetryTurns, may, claim.AgeingShare);
        memory = memory with { RetryTurns = memory.RetryTurns + may };
        if (turns == 0)
        {
            return (0, memory);
        }

        var oldest = await OldestDeferredAsync(batch, claim, lines, turns).ConfigureAwait(false);
        var (taken, _) = await TakeAsync(batch, claim, oldest, turns, byAge: true).ConfigureAwait(false);
        return (taken, memory);
    }

    private static async ValueTask<List<Candidate>> OldestDeferredAsync(Batch batch, ClaimRun claim, List<OpenLine> lines, int count)
    {
        var before = claim.OldBefore;
        var candidates = new List<Candidate>();
        foreach (var line in lines.Where(static line => line.Deferred))
        {
            var below = 1001;
            while (below > claim.LeastPriority)
            {
                var next = await batch.Db.Use(SelectNextDeferredPriority).Bind(line.Line.Id).Bind(below)
                    .ValueAsync(static row => (Priority: row.Int(0), Since: row.Long(1))).ConfigureAwait(false);
                if (next is not var (priority, since))
                {
                    break;
                }

                below = priority;
                if (since < before && below >= claim.LeastPriority)
                {
                    await batch.Db.Use(SelectOldestDeferred).Bind(line.Line.Id).Bind(below).Bind(before).Bind(count)
                        .EachAsync(row => candidates.Add(Candidate.Of(row, line.Line, line.Room) with { Deferred = true }))
                        .ConfigureAwait(false);
                }
            }
        }

        candidates.Sort(Candidate.ByAge);
        return candidates;
    }

    /// <summary>Whether a retry that a claim has a place for may start, and whether the tables were changed. One over the budget leaves its
    /// line; one that was set aside steps into it, to be leased or held there.</summary>
    private static async ValueTask<(bool May, bool Changed)> MayRetryAsync(Batch batch, ClaimRun claim, Candidate candidate)
    {
        if (claim.RetryRoom > 0)
        {
            if (candidate.Deferred)
            {
                await TakeBackAsync(batch, claim, candidate).ConfigureAwait(false);
            }

            return (true, false);
        }

        if (candidate.Deferred)
        {
            return (false, false);
        }

        SetAside(batch, new Deferral(candidate.Id, candidate.Line, candidate.Generation, candidate.Attempt, JobState.Queued), claim.Now);
        await FreeKeyAsync(batch, candidate.ConcurrencyKey).ConfigureAwait(false);   // it may be the one a freed key was offered to
        claim.Holds++;
        return (false, true);
    }

    private static async ValueTask TakeBackAsync(Batch batch, ClaimRun claim, Candidate candidate)
    {
        if (await batch.Db.Use(TakeJobBack).Bind(candidate.Id).RunAsync().ConfigureAwait(false) != 1)
        {
            throw new System.Diagnostics.UnreachableException($"Job {candidate.Id} was set aside and could not be taken back.");
        }

        batch.Defer(candidate.Line, -1);
        batch.Move(candidate.Line, JobState.Scheduled, JobState.Queued);
        batch.Retry(candidate.Line, candidate.Failures, 1);
        batch.JobEvent(
            EventKind.Due, candidate.Id, candidate.Generation, candidate.Attempt, JobState.Scheduled, JobState.Queued, claim.Now, "engine");
    }
}
