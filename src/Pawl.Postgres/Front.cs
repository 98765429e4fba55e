namespace Pawl.Postgres;

/// <summary>What a claim may take next: the best of each line, and those that have waited longest.</summary>
internal sealed partial class PostgresStore
{
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

    private const int FirstRuns = 4;

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
}
