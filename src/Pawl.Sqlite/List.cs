using Pawl.Queries;
using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string LookColumns = """
        id, line_id, state, reason, priority, attempt, created_at, run_at, ended_at, worker_id, cancel_requested_at, dismissed_at,
        unique_key, started_at
        """;

    private const string WalkDown = "select " + LookColumns + " from job where id < @beyond order by id desc limit @count";
    private const string WalkUp = "select " + LookColumns + " from job where id > @beyond order by id limit @count";
    private const string LineDown = "select " + LookColumns + """
         from job indexed by job_line_id where line_id = @line and id < @beyond order by id desc limit @count
        """;

    private const string LineUp = "select " + LookColumns + """
         from job indexed by job_line_id where line_id = @line and id > @beyond order by id limit @count
        """;

    // Succeeded and queued jobs have no index of their own: they are the mass of the table, so a walk over all finds enough of them soon.
    private const string StateDown = "select " + LookColumns + """
         from job
        where state = @state and worker_id is null and state <> 'queued' and state <> 'succeeded' and id < @beyond
        order by id desc limit @count
        """;

    private const string StateUp = "select " + LookColumns + """
         from job
        where state = @state and worker_id is null and state <> 'queued' and state <> 'succeeded' and id > @beyond order by id limit @count
        """;

    // few, and in no index by number: told by name, or the planner would walk the table
    private const string RunningDown = "select " + LookColumns + """
         from job indexed by job_running
        where worker_id is not null and id < @beyond order by id desc limit @count
        """;

    private const string RunningUp = "select " + LookColumns + """
         from job indexed by job_running
        where worker_id is not null and id > @beyond order by id limit @count
        """;

    // while there are few of them
    private const string SelectStandingOf = "select " + LookColumns + """
         from job indexed by job_line where line_id = @line and state = 'queued' and held is null
        """;

    private const string SelectHeldOf = "select " + LookColumns + """
         from job indexed by job_key_held where held is not null and line_id = @line
        """;

    private const string ChildrenDown = """
        select j.id, j.line_id, j.state, j.reason, j.priority, j.attempt, j.created_at, j.run_at, j.ended_at, j.worker_id,
            j.cancel_requested_at, j.dismissed_at, j.unique_key, j.started_at
        from job_body b join job j on j.id = b.id
        where b.parent_id = @parent and b.id < @beyond order by b.id desc limit @count
        """;

    private const string ChildrenUp = """
        select j.id, j.line_id, j.state, j.reason, j.priority, j.attempt, j.created_at, j.run_at, j.ended_at, j.worker_id,
            j.cancel_requested_at, j.dismissed_at, j.unique_key, j.started_at
        from job_body b join job j on j.id = b.id
        where b.parent_id = @parent and b.id > @beyond order by b.id limit @count
        """;

    private const string SelectNamed = "select " + LookColumns + " from job where id = @id";
    private const string KeyedDown = "select " + LookColumns + """
         from job where unique_key = @key and id < @beyond order by id desc limit @count
        """;

    private const string KeyedUp = "select " + LookColumns + " from job where unique_key = @key and id > @beyond order by id limit @count";

    private const string SelectAllLines = "select id, queue, type from line";
    private const string SelectAllCounts = "select line_id, state, n from line_count";

    private const string LookAtBody = "select trigger, parent_id, rerun_of, requested_by, tags from job_body where id = @id";
    private const string LookAtEnd = "select degraded, error from job_end where id = @id";
    private const string LookAtPayload = "select payload from job_body where id = @id";
    private const string LookAtProgress = """
        select max(coalesce((select updated_at from progress where job_id = @id), 0),
            coalesce((select saved_at from checkpoint where job_id = @id), 0))
        """;

    /// <summary>So many lines are read one beside the other; of more the whole table is walked.</summary>
    private const int MostLines = 64;

    /// <summary>So many queued jobs are read at once and put in order; of more the table is walked.</summary>
    private const int MostStanding = 20_000;

    /// <inheritdoc/>
    public ValueTask<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken) =>
        ReadJobsAsync(null, db => List(db, query), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JobTally> CountAsync(JobQuery query, CancellationToken cancellationToken) =>
        ReadJobsAsync(null, db => Tally(db, query), cancellationToken);

    private static JobPage List(Connection db, JobQuery query)
    {
        var selection = new JobSelection(query);
        var lines = Admitted(db, selection);
        var walk = new JobWalk(query, selection, Feeds(query, selection, lines), TimeProvider.System);
        Run(db, walk, lines);
        var ids = walk.Ids();
        return walk.Page([.. ids.Select(id => JobOf(db, id)).OfType<Job>()], lines.Total(selection));
    }

    private static JobTally Tally(Connection db, JobQuery query)
    {
        var selection = new JobSelection(query);
        var lines = Admitted(db, selection);
        var walk = new JobWalk(query, selection, Feeds(query, selection, lines), TimeProvider.System, counts: true);
        Run(db, walk, lines);
        return new(walk.Counted[..7], walk.Counted[7], walk.Counted[8], walk.Stopped);
    }

    private static WalkLines Admitted(Connection db, JobSelection selection)
    {
        var lines = new WalkLines();
        for (var row = db.Use(SelectAllLines); row.Step();)
        {
            lines.Add(row.Long(0), row.Text(1), row.Text(2), selection);
        }

        for (var row = db.Use(SelectAllCounts); row.Step();)
        {
            if (Words.TryParse<JobState>(row.Text(1), out var state))
            {
                lines.Count(row.Long(0), state, row.Long(2));
            }
        }

        return lines;
    }

    /// <summary>The places with the fewest jobs that still hold all that can fit.</summary>
    private static List<WalkFeed> Feeds(JobQuery query, JobSelection selection, WalkLines lines)
    {
        if (selection.Parents is { } parents)
        {
            return [.. parents.Select(static parent => new WalkFeed(WalkSource.Children) { Key = parent })];
        }

        if (selection.Ids is not null)
        {
            return [new(WalkSource.Ids)];
        }

        if (selection.UniqueKeys is { } keys)
        {
            return [.. keys.Select(static key => new WalkFeed(WalkSource.UniqueKey) { Text = key })];
        }

        if (lines.Matching(selection) == 0)
        {
            return [];
        }

        var (ofStates, ofLines, all) = (long.MaxValue, long.MaxValue, lines.All);
        if (!selection.Has(JobState.Succeeded)
            && (!selection.Has(JobState.Queued) || lines.Of(JobState.Queued, admitted: true) <= MostStanding))
        {
            ofStates = Enum.GetValues<JobState>().Where(selection.Has).Sum(state => lines.Of(state, admitted: state == JobState.Queued));
        }

        var with = lines.With(selection);
        if (with.Count <= MostLines)
        {
            ofLines = with.Sum(lines.OfLine);
        }

        if (JobWalk.IsRanked(query, Math.Min(ofStates, Math.Min(ofLines, lines.Matching(selection))), all))
        {
            return [new(WalkSource.Priority)];
        }

        return ofStates <= ofLines && ofStates < all
            ? [.. Enum.GetValues<JobState>().Where(selection.Has).Select(static state => new WalkFeed(WalkSource.State) { State = state })]
            : ofLines < all ? [.. with.Select(static line => new WalkFeed(WalkSource.Line) { Key = line })]
            : [new(WalkSource.All)];
    }

    private static void Run(Connection db, JobWalk walk, WalkLines lines)
    {
        for (var need = walk.Next(); need != WalkNeed.Nothing; need = walk.Next())
        {
            if (need == WalkNeed.Details)
            {
                foreach (var job in walk.Pending)
                {
                    LookInto(db, job, walk.Needs);
                }

                walk.DetailsRead();
            }
            else if (walk.Feed is { Source: WalkSource.Ids } or { Source: WalkSource.State, State: JobState.Queued })
            {
                ReadWhole(db, walk, lines);
            }
            else if (walk.Feed.Source == WalkSource.Priority)
            {
                ReadRanked(db, walk, lines);
            }
            else
            {
                var (seen, last) = (0, 0L);
                for (var row = Slice(db, walk); row.Step(); seen++)
                {
                    last = row.Long(0);
                    Look(row, walk, lines);
                }

                walk.SliceRead(seen, last, seen < walk.Count);
            }
        }
    }

    private static Statement Slice(Connection db, JobWalk walk)
    {
        var (feed, up) = (walk.Feed, walk.Up);
        var statement = feed switch
        {
            { Source: WalkSource.Children } => db.Use(up ? ChildrenUp : ChildrenDown).Bind(feed.Key),
            { Source: WalkSource.Line } => db.Use(up ? LineUp : LineDown).Bind(feed.Key),
            { Source: WalkSource.UniqueKey } => db.Use(up ? KeyedUp : KeyedDown).Bind(feed.Text),
            { Source: WalkSource.State, State: JobState.Running } => db.Use(up ? RunningUp : RunningDown),
            { Source: WalkSource.State } => db.Use(up ? StateUp : StateDown).Bind(Words.Of(feed.State)),
            _ => db.Use(up ? WalkUp : WalkDown),
        };
        return statement.Bind(feed.Beyond).Bind((long)walk.Count);
    }

    /// <summary>Jobs that no index has in the order of their numbers.</summary>
    private static void ReadWhole(Connection db, JobWalk walk, WalkLines lines)
    {
        var ids = new List<long>();
        if (walk.Feed.Source == WalkSource.Ids)
        {
            ids.AddRange(walk.Selection.Ids!);
        }
        else
        {
            foreach (var line in lines.Ids)
            {
                foreach (var statement in new[] { SelectStandingOf, SelectHeldOf })
                {
                    for (var row = db.Use(statement).Bind(line); row.Step();)
                    {
                        ids.Add(row.Long(0));
                    }
                }
            }
        }

        ids.Sort();
        if (!walk.Up)
        {
            ids.Reverse();
        }

        foreach (var id in ids.Where(id => walk.Up ? id > walk.Feed.Beyond : id < walk.Feed.Beyond))
        {
            var row = db.Use(SelectNamed).Bind(id);
            if (row.Step())
            {
                Look(row, walk, lines);
                row.Reset();
            }
        }

        walk.SliceRead(ids.Count, 0, ended: true);
    }

    private static void Look(Statement row, JobWalk walk, WalkLines lines)
    {
        if (lines.Find(row.Long(1)) is not var (queue, type))
        {
            return;
        }

        var job = walk.Row;
        job.State = row.State(2);
        if (!walk.Selection.Has(job.State))
        {
            return;
        }

        job.Id = row.Long(0);
        job.Queue = queue;
        job.Type = type;
        job.Reason = row.TextOrNull(3);
        job.Priority = row.Int(4);
        job.Attempt = row.Int(5);
        job.CreatedAt = row.Long(6);
        job.RunAt = row.Long(7);
        job.EndedAt = row.LongOrNull(8);
        job.WorkerId = row.LongOrNull(9);
        job.CancelRequested = !row.IsNull(10);
        job.Dismissed = !row.IsNull(11);
        job.UniqueKey = row.TextOrNull(12);
        job.StartedAt = row.LongOrNull(13);
        walk.Offer();
    }

    private static void LookInto(Connection db, JobView job, Needs needs)
    {
        if (needs.HasFlag(Needs.Body) && db.Use(LookAtBody).Bind(job.Id) is var body && body.Step())
        {
            job.Trigger = Words.TryParse<Trigger>(body.Text(0), out var trigger) ? trigger : default;
            job.ParentId = body.LongOrNull(1);
            job.RerunOf = body.LongOrNull(2);
            job.RequestedBy = body.TextOrNull(3);
            job.Tags = Damage.WordsOf(body.TextOrNull(4));
            body.Reset();
        }

        if (needs.HasFlag(Needs.End) && db.Use(LookAtEnd).Bind(job.Id) is var end && end.Step())
        {
            job.Degraded = end.TextOrNull(0);
            job.Error = Damage.ErrorOf(end.TextOrNull(1), DateTimeOffset.UnixEpoch);
            end.Reset();
        }

        if (needs.HasFlag(Needs.Progress) && db.Use(LookAtProgress).Bind(job.Id) is var progress && progress.Step())
        {
            job.HeardAt = progress.Long(0) is var at and > 0 ? at : null;
            progress.Reset();
        }

        if (needs.HasFlag(Needs.Payload) && db.Use(LookAtPayload).Bind(job.Id) is var payload && payload.Step())
        {
            job.Payload = payload.Bytes(0);
            payload.Reset();
        }
    }
}
