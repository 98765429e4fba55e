using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // Succeeded jobs are walked by number: they are the mass of the table, so a page fills soon. The others have a place of their own.
    private const string WalkDown = """
        select j.id, coalesce(t.line_id, s.line_id),
            case when t.id is not null then t.state when d.job_id is not null then 'succeeded' end, t.dismissed_at is not null
        from pawl.job j join pawl.shape s on s.id = j.shape_id
            left join pawl.job_state t on t.id = j.id left join pawl.done d on d.job_id = j.id
        where j.id < $1 order by j.id desc limit $2
        """;

    private const string WalkUp = """
        select j.id, coalesce(t.line_id, s.line_id),
            case when t.id is not null then t.state when d.job_id is not null then 'succeeded' end, t.dismissed_at is not null
        from pawl.job j join pawl.shape s on s.id = j.shape_id
            left join pawl.job_state t on t.id = j.id left join pawl.done d on d.job_id = j.id
        where j.id > $1 order by j.id limit $2
        """;

    private const string StateDown = """
        select id, line_id, state, dismissed_at is not null from pawl.job_state
        where state = $3 and worker_id is null and state not in ('queued', 'succeeded') and id < $1
        order by id desc limit $2
        """;

    private const string StateUp = """
        select id, line_id, state, dismissed_at is not null from pawl.job_state
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
        select held.id, s.line_id, 'running', false
        from held cross join lateral (select shape_id from pawl.job where id = held.id offset 0) j join pawl.shape s on s.id = j.shape_id
        union all
        select id, line_id, state, false from pawl.job_state where worker_id is not null and id < $1
        order by 1 desc limit $2
        """;

    private const string RunningUp = """
        with held as materialized (
            select run.id
            from pawl.lease l, unnest(l.lo, l.hi) as r (lo, hi), generate_series(r.lo, r.hi) as run (id)
            where l.open and not run.id = any(l.own) and run.id > $1
                and not exists (select 1 from pawl.done d where d.job_id = run.id offset 0)
            order by run.id limit $2)
        select held.id, s.line_id, 'running', false
        from held cross join lateral (select shape_id from pawl.job where id = held.id offset 0) j join pawl.shape s on s.id = j.shape_id
        union all
        select id, line_id, state, false from pawl.job_state where worker_id is not null and id > $1
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

    private const string OwnDown = """
        select id, line_id, state, dismissed_at is not null from pawl.job_state where id < $1 order by id desc limit $2
        """;

    private const string OwnUp = """
        select id, line_id, state, dismissed_at is not null from pawl.job_state where id > $1 order by id limit $2
        """;

    private const string ChildrenDown = """
        select j.id, coalesce(t.line_id, s.line_id),
            case when t.id is not null then t.state when d.job_id is not null then 'succeeded' end, t.dismissed_at is not null
        from pawl.job j join pawl.shape s on s.id = j.shape_id
            left join pawl.job_state t on t.id = j.id left join pawl.done d on d.job_id = j.id
        where j.parent_id = $3 and j.id < $1 order by j.id desc limit $2
        """;

    private const string ChildrenUp = """
        select j.id, coalesce(t.line_id, s.line_id),
            case when t.id is not null then t.state when d.job_id is not null then 'succeeded' end, t.dismissed_at is not null
        from pawl.job j join pawl.shape s on s.id = j.shape_id
            left join pawl.job_state t on t.id = j.id left join pawl.done d on d.job_id = j.id
        where j.parent_id = $3 and j.id > $1 order by j.id limit $2
        """;

    private const string SelectLabels = """
        select j.id, s.trigger, j.tags from pawl.job j join pawl.shape s on s.id = j.shape_id where j.id = any($1)
        """;

    private const string SelectAllLines = "select id, queue, type from pawl.line";

    /// <summary>How many rows one page may look at: a rare filter answers with a part and a place to go on.</summary>
    private const int MostLooks = 20_000;
    private const int LooksAtOnce = 1_000;

    /// <inheritdoc/>
    public ValueTask<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken) =>
        ReadAsync(db => ListAsync(db, query), cancellationToken);

    private static async ValueTask<JobPage> ListAsync(Session db, JobQuery query)
    {
        var lines = new HashSet<int>();
        await db.Use(SelectAllLines).EachAsync(row =>
        {
            if ((query.Queue is null || row.Text(1) == query.Queue) && (query.Type is null || row.Text(2) == query.Type))
            {
                lines.Add(row.Int(0));
            }
        }).ConfigureAwait(false);

        var found = new List<long>();
        var beyond = query.After?.Id.Value ?? (query.Ascending ? 0 : long.MaxValue);
        var looks = 0;
        var ended = lines.Count == 0;
        while (!ended && found.Count <= query.Limit && looks < MostLooks)
        {
            // a page without conditions is full at once; the rarer what is asked for, the more is looked at a time
            var count = Math.Min(LooksAtOnce, Math.Max(query.Limit + 1 - found.Count, looks));
            var (seen, last) = await PageAsync(db, query, beyond, count).ConfigureAwait(false);
            var fit = seen.Where(one => lines.Contains(one.Line) && Matches(query, one.State, one.Dismissed)).Select(one => one.Id);
            found.AddRange(await LabelledAsync(db, query, [.. fit]).ConfigureAwait(false));
            looks += count;
            ended = last is null;
            beyond = last ?? beyond;
        }

        var full = found.Count > query.Limit;
        var jobs = await JobsOfAsync(db, [.. found.Take(query.Limit).Select(id => new JobId(id))]).ConfigureAwait(false);
        return new JobPage(jobs, full ? new JobId(found[query.Limit - 1]) : ended ? null : new JobPosition(new(beyond)), !full && !ended);
    }

    /// <summary>The next jobs, in order, and the number they reach to; null when there is nothing behind it.</summary>
    private static async ValueTask<(List<Listed> Jobs, long? Last)> PageAsync(Session db, JobQuery query, long beyond, int count)
    {
        if (query.Parent is null && query.States is [JobState.Queued])
        {
            return await QueuedAsync(db, query, beyond, count).ConfigureAwait(false);
        }

        var page = query switch
        {
            { Parent: { } parent } => db.Use(query.Ascending ? ChildrenUp : ChildrenDown).Bind(beyond).Bind(count).Bind(parent),
            { States: [JobState.Running] } => db.Use(query.Ascending ? RunningUp : RunningDown).Bind(beyond).Bind(count),
            { States: [var only and not JobState.Succeeded] } =>
                db.Use(query.Ascending ? StateUp : StateDown).Bind(beyond).Bind(count).Bind(Words.Of(only)),
            _ => db.Use(query.Ascending ? WalkUp : WalkDown).Bind(beyond).Bind(count),
        };
        var jobs = await ListedAsync(db, page).ConfigureAwait(false);
        return (jobs, jobs.Count < count ? null : jobs[^1].Id);
    }

    private static async ValueTask<List<Listed>> ListedAsync(Session db, Statement page)
    {
        var plain = new List<long>();
        var jobs = await page.ListAsync(row =>
        {
            if (row.IsNull(2))
            {
                plain.Add(row.Long(0));
            }

            return new Listed(row.Long(0), row.Int(1), row.WordOrNull<JobState>(2), row.Flag(3));
        }).ConfigureAwait(false);
        var held = await Held.OfAsync(db, plain).ConfigureAwait(false);
        return plain.Count == 0 ? jobs : jobs.ConvertAll(job => job.State is not null
            ? job
            : job with { State = held.Find(job.Id) is null ? JobState.Queued : JobState.Running });
    }

    /// <summary>Queued jobs stand in runs, or have a row: both are walked by number, as far as either has been read.</summary>
    private static async ValueTask<(List<Listed> Jobs, long? Last)> QueuedAsync(Session db, JobQuery query, long beyond, int count)
    {
        var runs = await db.Use(query.Ascending ? ReadyUp : ReadyDown).Bind(beyond).Bind(count + 1)
            .ListAsync(static row => (Lo: row.Long(0), Hi: row.Long(1), Line: row.Int(2))).ConfigureAwait(false);
        var own = await ListedAsync(db, db.Use(query.Ascending ? OwnUp : OwnDown).Bind(beyond).Bind(count)).ConfigureAwait(false);
        var plain = runs
            .SelectMany(run => Numbers(run.Lo, run.Hi, query.Ascending).Select(id => new Listed(id, run.Line, JobState.Queued, false)))
            .Take(count)
            .ToList();

        long? last = null;
        foreach (var side in new[] { plain, own }.Where(side => side.Count == count))
        {
            last = last is not { } other ? side[^1].Id : query.Ascending ? Math.Min(other, side[^1].Id) : Math.Max(other, side[^1].Id);
        }

        var jobs = plain.Concat(own).Where(job => last is not { } end || (query.Ascending ? job.Id <= end : job.Id >= end));
        return ([.. query.Ascending ? jobs.OrderBy(job => job.Id) : jobs.OrderByDescending(job => job.Id)], last);
    }

    private static IEnumerable<long> Numbers(long lo, long hi, bool ascending)
    {
        for (var n = 0L; n <= hi - lo; n++)
        {
            yield return ascending ? lo + n : hi - n;
        }
    }

    private static bool Matches(JobQuery query, JobState? state, bool dismissed) =>
        (query.States.Count == 0 || query.States.Contains(state!.Value))
        && (query.Dismissed is not { } wanted || (state == JobState.Failed && dismissed == wanted));

    private static async ValueTask<IEnumerable<long>> LabelledAsync(Session db, JobQuery query, long[] ids)
    {
        if (ids.Length == 0 || (query.Trigger is null && query.Tags.Count == 0))
        {
            return ids;
        }

        var labelled = new HashSet<long>();
        await db.Use(SelectLabels).Bind(ids).EachAsync(row =>
        {
            if ((query.Trigger is not { } by || row.Text(1) == Words.Of(by))
                && (query.Tags.Count == 0 || HasTags(query, row.TextOrNull(2))))
            {
                labelled.Add(row.Long(0));
            }
        }).ConfigureAwait(false);
        return ids.Where(labelled.Contains);
    }

    private static bool HasTags(JobQuery query, string? json)
    {
        try
        {
            var tags = StoreJson.ReadWords(json);
            return query.Tags.All(wanted => tags?.GetValueOrDefault(wanted.Key) == wanted.Value);
        }
        catch (Exception error) when (Damage.Is(error))
        {
            return false;   // nobody can tell what its tags were
        }
    }

    private readonly record struct Listed(long Id, int Line, JobState? State, bool Dismissed);
}
