using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
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

    /// <summary>So many shapes are read one beside the other; of more the whole table is walked.</summary>
    private const int MostShapes = 200;

    /// <summary>The same in a list by priority, which reads only those of one priority at a time.</summary>
    private const int MostRanked = 2_000;

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
        var feeds = Feeds(selection, lines);
        var read = feeds is [{ Source: WalkSource.Line }] ? with.Sum(id => lines.OfLine(id)) : lines.All;
        var ranks = !counts && feeds is [{ Source: WalkSource.Line or WalkSource.All }] or [{ Source: WalkSource.State }, ..]
            && JobWalk.IsRanked(query, lines.Matching(selection), read)
                ? await RanksAsync(db, with).ConfigureAwait(false)
                : null;
        feeds = ranks is { Shapes.Length: <= MostRanked } ? [new(WalkSource.Priority)] : feeds;
        var shapes = feeds is [{ Source: WalkSource.Line }]
            ? await db.Use(SelectShapesOf).Bind(with).ListAsync(static row => row.Int(0)).ConfigureAwait(false)
            : [];
        feeds = shapes.Count <= MostShapes ? feeds : [new(WalkSource.All)];
        var walk = new JobWalk(query, selection, feeds, TimeProvider.System, counts);
        for (var need = walk.Next(); need != WalkNeed.Nothing; need = walk.Next())
        {
            if (need == WalkNeed.Details)
            {
                await LookIntoAsync(db, walk.Pending.ToDictionary(static job => job.Id), walk.Needs).ConfigureAwait(false);
                walk.DetailsRead();
            }
            else if (walk.Feed.Source == WalkSource.Priority)
            {
                await RankedAsync(db, walk, lines, ranks!).ConfigureAwait(false);
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
}
