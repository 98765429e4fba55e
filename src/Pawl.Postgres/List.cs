using Pawl.Queries;
using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // What every look shows. The state is null for a plain job that has not ended: whether it runs is told by the leases.
    private const string LookColumns = """
         j.id, coalesce(t.line_id, s.line_id), case when t.id is not null then t.state when d.job_id is not null then 'succeeded' end,
            t.reason, coalesce(t.priority, s.priority), coalesce(t.attempt, case when d.job_id is null then 0 else 1 end), j.created_at,
            coalesce(t.run_at, j.run_at), case when t.id is null then d.ended_at else t.ended_at end, t.worker_id,
            t.cancel_requested_at is not null, t.dismissed_at is not null, t.unique_key, t.started_at
        """;

    private const string LookJoins = """

        from pawl.job j join pawl.shape s on s.id = j.shape_id
            left join pawl.job_state t on t.id = j.id left join pawl.done d on d.job_id = j.id
        """;

    private const string LookNamed = "select" + LookColumns + LookJoins + " where j.id = any($1)";
    private const string WalkDown = "select" + LookColumns + LookJoins + """
         where j.id < $1 and j.id >= $3 and ($4::integer[] is null or coalesce(t.line_id, s.line_id) = any($4))
        order by j.id desc limit $2
        """;

    private const string WalkUp = "select" + LookColumns + LookJoins + """
         where j.id > $1 and j.id <= $3 and ($4::integer[] is null or coalesce(t.line_id, s.line_id) = any($4))
        order by j.id limit $2
        """;

    private const string ChildrenDown = "select" + LookColumns + LookJoins + """
         where j.parent_id = $3 and j.id < $1 order by j.id desc limit $2
        """;

    private const string ChildrenUp = "select" + LookColumns + LookJoins + " where j.parent_id = $3 and j.id > $1 order by j.id limit $2";

    // Only those with a row of their own; which of them fit is then looked up by number.
    private const string StateDown = """
        select id from pawl.job_state
        where state = $3 and worker_id is null and state not in ('queued', 'succeeded') and id < $1
        order by id desc limit $2
        """;

    private const string StateUp = """
        select id from pawl.job_state
        where state = $3 and worker_id is null and state not in ('queued', 'succeeded') and id > $1
        order by id limit $2
        """;

    private const string RunningDown = """
        with held as materialized (
            select run.id
            from pawl.lease l, unnest(l.lo, l.hi) as r (lo, hi), generate_series(r.lo, r.hi) as run (id)
            where l.open and not run.id = any(l.own) and run.id < $1
                and not exists (select 1 from pawl.done d where d.job_id = run.id offset 0)
            order by run.id desc limit $2)
        select id from held
        union all
        select id from pawl.job_state where worker_id is not null and id < $1
        order by 1 desc limit $2
        """;

    private const string RunningUp = """
        with held as materialized (
            select run.id
            from pawl.lease l, unnest(l.lo, l.hi) as r (lo, hi), generate_series(r.lo, r.hi) as run (id)
            where l.open and not run.id = any(l.own) and run.id > $1
                and not exists (select 1 from pawl.done d where d.job_id = run.id offset 0)
            order by run.id limit $2)
        select id from held
        union all
        select id from pawl.job_state where worker_id is not null and id > $1
        order by 1 limit $2
        """;

    private const string ReadyDown = """
        select lo, least(hi, $1 - 1), line_id from pawl.ready where lo < $1 order by lo desc limit $2
        """;

    // from the run that may hold the number itself on
    private const string ReadyUp = """
        select greatest(lo, $1 + 1), hi, line_id from pawl.ready
        where lo >= coalesce((select max(lo) from pawl.ready where lo <= $1), 0)
        order by lo limit $2
        """;

    private const string DoneDown = "select job_id from pawl.done where job_id < $1 order by job_id desc limit $2";
    private const string DoneUp = "select job_id from pawl.done where job_id > $1 order by job_id limit $2";
    private const string OwnDown = """
        select id from pawl.job_state
        where state = $3 and worker_id is null and state in ('queued', 'succeeded') and id < $1
        order by id desc limit $2
        """;

    private const string OwnUp = """
        select id from pawl.job_state
        where state = $3 and worker_id is null and state in ('queued', 'succeeded') and id > $1
        order by id limit $2
        """;

    private const string SelectShapesOf = "select id from pawl.shape where line_id = any($1)";

    // the front of each shape, of which the first of all are taken; and of each line, for jobs that were moved to it
    private const string LineDown = """
        select found.id from (
            select j.id from unnest($3::integer[]) as s (id)
                cross join lateral (select id from pawl.job where shape_id = s.id and id < $1 order by id desc limit $2) j
            union
            select t.id from unnest($4::integer[]) as l (id)
                cross join lateral (select id from pawl.job_state where line_id = l.id and id < $1 order by id desc limit $2) t) found
        order by found.id desc limit $2
        """;

    private const string LineUp = """
        select found.id from (
            select j.id from unnest($3::integer[]) as s (id)
                cross join lateral (select id from pawl.job where shape_id = s.id and id > $1 order by id limit $2) j
            union
            select t.id from unnest($4::integer[]) as l (id)
                cross join lateral (select id from pawl.job_state where line_id = l.id and id > $1 order by id limit $2) t) found
        order by found.id limit $2
        """;

    private const string KeyedDown = "select id from pawl.job_state where unique_key = $3 and id < $1 order by id desc limit $2";
    private const string KeyedUp = "select id from pawl.job_state where unique_key = $3 and id > $1 order by id limit $2";

    private const string SelectAllLines = "select id, queue, type from pawl.line";
    private const string NewestJob = "select max(id) from pawl.job";

    private const string LookAtBody = """
        select j.id, s.trigger, j.parent_id, j.rerun_of, j.requested_by, j.tags
        from pawl.job j join pawl.shape s on s.id = j.shape_id where j.id = any($1)
        """;

    private const string LookAtEnd = "select id, degraded, error from pawl.job_end where id = any($1)";
    private const string LookAtPayload = "select id, payload from pawl.job where id = any($1)";
    private const string LookAtProgress = """
        select asked.id, greatest(p.updated_at, k.saved_at)
        from unnest($1::bigint[]) as asked (id)
            left join pawl.progress p on p.job_id = asked.id left join pawl.checkpoint k on k.job_id = asked.id
        """;

    private const string LookAtStart = """
        select d.job_id, l.started_at from pawl.done d join pawl.lease l on l.id = d.lease_id where d.job_id = any($1)
        """;

    /// <summary>So many shapes are read one beside the other; of more the whole table is walked.</summary>
    private const int MostShapes = 200;

    /// <summary>So far down in numbers one statement goes when few of what it meets may be what is asked for.</summary>
    private const long MostNumbers = 20_000;

    /// <inheritdoc/>
    public ValueTask<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken) =>
        ReadAsync(db => ListAsync(db, query), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JobTally> CountAsync(JobQuery query, CancellationToken cancellationToken) =>
        ReadAsync(
            async db =>
            {
                var (walk, _) = await WalkAsync(db, query, counts: true).ConfigureAwait(false);
                return new JobTally(walk.Counted[..7], walk.Counted[7], walk.Counted[8], walk.Stopped);
            },
            cancellationToken);

    private static async ValueTask<JobPage> ListAsync(Session db, JobQuery query)
    {
        var (walk, lines) = await WalkAsync(db, query, counts: false).ConfigureAwait(false);
        return walk.Page(await JobsOfAsync(db, walk.Ids()).ConfigureAwait(false), lines.Total(walk.Selection));
    }

    private static async ValueTask<(JobWalk Walk, WalkLines Lines)> WalkAsync(Session db, JobQuery query, bool counts)
    {
        var selection = new JobSelection(query);
        var lines = await AdmittedAsync(db, selection).ConfigureAwait(false);
        var with = lines.With(selection).ConvertAll(static line => (int)line).ToArray();
        var shapes = Feeds(selection, lines) is [{ Source: WalkSource.Line }]
            ? await db.Use(SelectShapesOf).Bind(with).ListAsync(static row => row.Int(0)).ConfigureAwait(false)
            : [];
        var feeds = shapes.Count <= MostShapes ? Feeds(selection, lines) : [new(WalkSource.All)];
        var walk = new JobWalk(query, selection, feeds, TimeProvider.System, counts);
        for (var need = walk.Next(); need != WalkNeed.Nothing; need = walk.Next())
        {
            if (need == WalkNeed.Details)
            {
                await LookIntoAsync(db, walk.Pending.ToDictionary(static job => job.Id), walk.Needs).ConfigureAwait(false);
                walk.DetailsRead();
            }
            else
            {
                await SliceAsync(db, walk, lines, [.. shapes], with).ConfigureAwait(false);
            }
        }

        return (walk, lines);
    }

    private static async ValueTask<WalkLines> AdmittedAsync(Session db, JobSelection selection)
    {
        var lines = new WalkLines();
        await db.Use(SelectAllLines).EachAsync(row => lines.Add(row.Int(0), row.Text(1), row.Text(2), selection)).ConfigureAwait(false);
        await db.Use(SelectLineCounts).Bind(Line.CountNames).EachAsync(row =>
        {
            if (Words.TryParse<JobState>(row.Text(1), out var state))
            {
                lines.Count(row.Int(0), state, row.Long(2));
            }
        }).ConfigureAwait(false);
        return lines;
    }

    /// <summary>The places that hold all that can fit and little else.</summary>
    private static List<WalkFeed> Feeds(JobSelection selection, WalkLines lines)
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

        var states = Enum.GetValues<JobState>().Where(selection.Has).ToList();
        var (ofStates, ofLines) = (states.Sum(state => lines.Of(state, admitted: false)), lines.With(selection).Sum(lines.OfLine));
        if (ofLines < ofStates)
        {
            return [new(WalkSource.Line)];
        }

        // Succeeded and queued ones are plain, or have a row of their own.
        return states.Count == 7
            ? [new(WalkSource.All)]
            : [.. states.Select(static state => new WalkFeed(WalkSource.State) { State = state }),
                .. states.Where(static state => state is JobState.Succeeded or JobState.Queued)
                    .Select(static state => new WalkFeed(WalkSource.Own) { State = state })];
    }

    private static async ValueTask SliceAsync(Session db, JobWalk walk, WalkLines lines, int[] shapes, int[] with)
    {
        var (feed, up, count) = (walk.Feed, walk.Up, walk.Count);
        switch (feed)
        {
            case { Source: WalkSource.All }:
                await WalkAsync(db, walk, lines).ConfigureAwait(false);
                return;
            case { Source: WalkSource.Children }:
                await RowsAsync(db.Use(up ? ChildrenUp : ChildrenDown).Bind(feed.Beyond).Bind(count).Bind(feed.Key)).ConfigureAwait(false);
                return;
            case { Source: WalkSource.Ids }:
                long[] asked = [.. walk.Selection.Ids!.Where(id => up ? id > feed.Beyond : id < feed.Beyond)];
                await LookAsync(db, walk, lines, db.Use(LookNamed).Bind(asked)).ConfigureAwait(false);
                walk.SliceRead(asked.Length, 0, ended: true);
                return;
            case { Source: WalkSource.State, State: JobState.Queued }:
                await NumbersAsync(await ReadyAsync(db, walk, lines).ConfigureAwait(false)).ConfigureAwait(false);
                return;
        }

        var statement = feed switch
        {
            { Source: WalkSource.State, State: JobState.Running } => db.Use(up ? RunningUp : RunningDown),
            { Source: WalkSource.State, State: JobState.Succeeded } => db.Use(up ? DoneUp : DoneDown),
            { Source: WalkSource.State } => db.Use(up ? StateUp : StateDown),
            { Source: WalkSource.Line } => db.Use(up ? LineUp : LineDown),
            { Source: WalkSource.UniqueKey } => db.Use(up ? KeyedUp : KeyedDown),
            _ => db.Use(up ? OwnUp : OwnDown),
        };
        statement.Bind(feed.Beyond).Bind(count);
        if (feed is { Source: WalkSource.Own } or { Source: WalkSource.State, State: not (JobState.Running or JobState.Succeeded) })
        {
            statement.Bind(Words.Of(feed.State));
        }
        else if (feed.Source == WalkSource.Line)
        {
            statement.Bind(shapes).Bind(with);
        }
        else if (feed.Source == WalkSource.UniqueKey)
        {
            statement.Bind(feed.Text);
        }

        await NumbersAsync(await statement.ListAsync(static row => row.Long(0)).ConfigureAwait(false)).ConfigureAwait(false);

        async ValueTask RowsAsync(Statement rows)
        {
            var (seen, last) = await LookAsync(db, walk, lines, rows).ConfigureAwait(false);
            walk.SliceRead(seen, last, seen < count);
        }

        async ValueTask NumbersAsync(List<long> ids)
        {
            if (ids.Count > 0)
            {
                await LookAsync(db, walk, lines, db.Use(LookNamed).Bind(ids.ToArray())).ConfigureAwait(false);
            }

            walk.SliceRead(ids.Count, ids.Count == 0 ? 0 : ids[^1], ids.Count < count);
        }
    }

    /// <summary>All jobs, in steps of so many numbers: where few fit, one statement would else go through the whole table.</summary>
    private static async ValueTask WalkAsync(Session db, JobWalk walk, WalkLines lines)
    {
        var (up, beyond) = (walk.Up, walk.Feed.Beyond);
        var ofLines = walk.Selection.IsOfLines ? lines.With(walk.Selection).ConvertAll(static id => (int)id).ToArray() : null;
        if (!up && beyond == long.MaxValue)
        {
            beyond = await db.Use(NewestJob).NumberAsync().ConfigureAwait(false) is { } newest ? newest + 1 : 0;
        }

        var to = ofLines is null ? (up ? long.MaxValue : 0) : up ? beyond + MostNumbers : Math.Max(0, beyond - MostNumbers);
        var statement = db.Use(up ? WalkUp : WalkDown).Bind(beyond).Bind(walk.Count).Bind(to);
        statement = ofLines is null
            ? statement.BindNull(NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Integer)
            : statement.Bind(ofLines);
        var (seen, last) = await LookAsync(db, walk, lines, statement).ConfigureAwait(false);
        if (seen < walk.Count && ofLines is not null)
        {
            // the rest of these numbers is of other lines: that was looked at too
            var ended = up ? to > await db.Use(NewestJob).NumberAsync().ConfigureAwait(false) : to == 0;
            walk.SliceRead((int)Math.Min(MostNumbers / 10, Math.Abs(to - beyond)), to, ended);
            return;
        }

        walk.SliceRead(seen, last, seen < walk.Count);
    }

    /// <summary>Reads rows and offers those that may fit, in the order of the walk; how many there were, and the number of the
    /// last.</summary>
    private static async ValueTask<(int Seen, long Last)> LookAsync(Session db, JobWalk walk, WalkLines lines, Statement statement)
    {
        var (seen, last) = (0, 0L);
        var plain = new List<long>();
        var found = new List<JobView>();
        var undecided = new HashSet<long>();
        await statement.EachAsync(row =>
        {
            seen++;
            last = row.Long(0);
            var state = row.StateOrNull(2);
            if (lines.Find(row.Int(1)) is not var (queue, type) || (state is { } known && !walk.Selection.Has(known)))
            {
                return;
            }

            if (state is null)
            {
                plain.Add(last);
                undecided.Add(last);
            }

            found.Add(ViewOf(row, last, queue, type, state ?? JobState.Queued));
        }).ConfigureAwait(false);
        var held = await Held.OfAsync(db, plain).ConfigureAwait(false);
        foreach (var job in walk.Up ? found.OrderBy(static job => job.Id) : found.OrderByDescending(static job => job.Id))
        {
            if (undecided.Contains(job.Id) && held.Find(job.Id) is var (worker, since))
            {
                (job.State, job.Attempt, job.WorkerId, job.StartedAt) = (JobState.Running, 1, worker, Micros.Of(since));
            }

            walk.Offer(job);
        }

        return (seen, last);
    }

    private static JobView ViewOf(Row row, long id, string queue, string type, JobState state) => new()
    {
        Id = id,
        Queue = queue,
        Type = type,
        State = state,
        Reason = row.TextOrNull(3),
        Priority = row.Int(4),
        Attempt = row.Int(5),
        CreatedAt = row.Long(6),
        RunAt = row.Long(7),
        EndedAt = row.LongOrNull(8),
        WorkerId = row.LongOrNull(9),
        CancelRequested = row.Flag(10),
        Dismissed = row.Flag(11),
        UniqueKey = row.TextOrNull(12),
        StartedAt = row.LongOrNull(13),
    };

    /// <summary>The numbers of plain jobs that wait: they stand in runs.</summary>
    private static async ValueTask<List<long>> ReadyAsync(Session db, JobWalk walk, WalkLines lines)
    {
        var (up, count) = (walk.Up, walk.Count);
        var runs = await db.Use(up ? ReadyUp : ReadyDown).Bind(walk.Feed.Beyond).Bind(count + 1)
            .ListAsync(static row => (Lo: row.Long(0), Hi: row.Long(1), Line: row.Int(2))).ConfigureAwait(false);
        return [.. runs.SelectMany(run => Numbers(run.Lo, run.Hi, up)).Take(count)];
    }

    private static IEnumerable<long> Numbers(long lo, long hi, bool ascending)
    {
        for (var n = 0L; n <= hi - lo; n++)
        {
            yield return ascending ? lo + n : hi - n;
        }
    }

    private static async ValueTask LookIntoAsync(Session db, Dictionary<long, JobView> jobs, Needs needs)
    {
        long[] ids = [.. jobs.Keys];
        if (needs.HasFlag(Needs.Body))
        {
            await db.Use(LookAtBody).Bind(ids).EachAsync(row =>
            {
                var job = jobs[row.Long(0)];
                job.Trigger = Words.TryParse<Trigger>(row.Text(1), out var trigger) ? trigger : default;
                job.ParentId = row.LongOrNull(2);
                job.RerunOf = row.LongOrNull(3);
                job.RequestedBy = row.TextOrNull(4);
                job.Tags = Damage.WordsOf(row.TextOrNull(5));
            }).ConfigureAwait(false);
        }

        if (needs.HasFlag(Needs.End))
        {
            await db.Use(LookAtEnd).Bind(ids).EachAsync(row =>
            {
                var job = jobs[row.Long(0)];
                job.Degraded = row.TextOrNull(1);
                job.Error = Damage.ErrorOf(row.TextOrNull(2), DateTimeOffset.UnixEpoch);
            }).ConfigureAwait(false);
        }

        if (needs.HasFlag(Needs.Started))
        {
            await db.Use(LookAtStart).Bind(ids).EachAsync(row => jobs[row.Long(0)].StartedAt ??= row.Long(1)).ConfigureAwait(false);
        }

        if (needs.HasFlag(Needs.Progress))
        {
            await db.Use(LookAtProgress).Bind(ids).EachAsync(row => jobs[row.Long(0)].HeardAt = row.LongOrNull(1)).ConfigureAwait(false);
        }

        if (needs.HasFlag(Needs.Payload))
        {
            await db.Use(LookAtPayload).Bind(ids).EachAsync(row => jobs[row.Long(0)].Payload = row.Bytes(1)).ConfigureAwait(false);
        }
    }
}
