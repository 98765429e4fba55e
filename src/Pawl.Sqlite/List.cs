using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    // Succeeded and queued jobs are walked by number: they are the mass of the table, so a page fills soon. The others have an index.
    private const string WalkDown = "select id, line_id, state, dismissed_at from job where id < @beyond order by id desc limit @count";
    private const string WalkUp = "select id, line_id, state, dismissed_at from job where id > @beyond order by id limit @count";
    private const string StateDown = """
        select id, line_id, state, dismissed_at from job
        where state = @state and worker_id is null and state <> 'queued' and state <> 'succeeded' and id < @beyond
        order by id desc limit @count
        """;

    private const string StateUp = """
        select id, line_id, state, dismissed_at from job
        where state = @state and worker_id is null and state <> 'queued' and state <> 'succeeded' and id > @beyond order by id limit @count
        """;

    // few, and in no index by number: told by name, or the planner would walk the table
    private const string RunningDown = """
        select id, line_id, state, dismissed_at from job indexed by job_running
        where worker_id is not null and id < @beyond order by id desc limit @count
        """;

    private const string RunningUp = """
        select id, line_id, state, dismissed_at from job indexed by job_running
        where worker_id is not null and id > @beyond order by id limit @count
        """;

    private const string ChildrenDown = """
        select j.id, j.line_id, j.state, j.dismissed_at from job_body b join job j on j.id = b.id
        where b.parent_id = @parent and b.id < @beyond order by b.id desc limit @count
        """;

    private const string ChildrenUp = """
        select j.id, j.line_id, j.state, j.dismissed_at from job_body b join job j on j.id = b.id
        where b.parent_id = @parent and b.id > @beyond order by b.id limit @count
        """;

    private const string SelectLabels = "select trigger, tags from job_body where id = @id";

    private const string SelectAllLines = "select id, queue, type from line";

    /// <summary>How many rows one page may look at: a rare filter answers with a part and a place to go on.</summary>
    private const int MostLooks = 20_000;
    private const int LooksAtOnce = 1_000;

    /// <inheritdoc/>
    public ValueTask<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken) =>
        ReadJobsAsync(null, db => List(db, query), cancellationToken);

    private static JobPage List(Connection db, JobQuery query)
    {
        var lines = new HashSet<long>();
        for (var row = db.Use(SelectAllLines); row.Step();)
        {
            if ((query.Queue is null || row.Text(1) == query.Queue) && (query.Type is null || row.Text(2) == query.Type))
            {
                lines.Add(row.Long(0));
            }
        }

        var found = new List<long>();
        var beyond = query.After?.Id.Value ?? (query.Ascending ? 0 : long.MaxValue);
        var looks = 0;
        var ended = lines.Count == 0;
        while (!ended && found.Count <= query.Limit && looks < MostLooks)
        {
            var seen = 0;
            for (var row = Page(db, query, beyond); row.Step();)
            {
                seen++;
                beyond = row.Long(0);
                if (lines.Contains(row.Long(1)) && Matches(query, row.Word<JobState>(2), !row.IsNull(3)) && IsLabelled(db, query, beyond))
                {
                    found.Add(beyond);
                    if (found.Count > query.Limit)
                    {
                        row.Reset();
                        break;
                    }
                }
            }

            looks += seen;
            ended = seen < LooksAtOnce && found.Count <= query.Limit;
        }

        var full = found.Count > query.Limit;
        var jobs = found.Take(query.Limit).Select(id => JobOf(db, new JobId(id))).OfType<Job>().ToList();
        return new JobPage(jobs, full ? new JobId(found[query.Limit - 1]) : ended ? null : new JobPosition(new(beyond)), !full && !ended);
    }

    private static Statement Page(Connection db, JobQuery query, long beyond)
    {
        if (query.Parent is { } parent)
        {
            return db.Use(query.Ascending ? ChildrenUp : ChildrenDown).Bind(parent).Bind(beyond).Bind((long)LooksAtOnce);
        }

        if (query.States is [JobState.Running])
        {
            return db.Use(query.Ascending ? RunningUp : RunningDown).Bind(beyond).Bind((long)LooksAtOnce);
        }

        if (query.States is [var only and not (JobState.Succeeded or JobState.Queued)])
        {
            return db.Use(query.Ascending ? StateUp : StateDown).Bind(Words.Of(only)).Bind(beyond).Bind((long)LooksAtOnce);
        }

        return db.Use(query.Ascending ? WalkUp : WalkDown).Bind(beyond).Bind((long)LooksAtOnce);
    }

    private static bool Matches(JobQuery query, JobState state, bool dismissed) =>
        (query.States.Count == 0 || query.States.Contains(state))
        && (query.Dismissed is not { } wanted || (state == JobState.Failed && dismissed == wanted));

    private static bool IsLabelled(Connection db, JobQuery query, long id)
    {
        if (query.Trigger is null && query.Tags.Count == 0)
        {
            return true;
        }

        var row = db.Use(SelectLabels).Bind(id);
        if (!row.Step())
        {
            return false;
        }

        var (trigger, tags) = (row.TextOrNull(0), row.TextOrNull(1));
        row.Reset();
        return (query.Trigger is not { } by || trigger == Words.Of(by)) && (query.Tags.Count == 0 || HasTags(query, tags));
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
}
