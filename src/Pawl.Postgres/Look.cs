using Pawl.Queries;
using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>What of a job is looked at to tell whether it fits a query: a row for each, and more of those that it may depend on.</summary>
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

    /// <summary>Reads rows and offers those that may fit, in the order of the walk; how many there were, and the number of the
    /// last.</summary>
    private static async ValueTask<(int Seen, long Last)> LookAsync(Session db, JobWalk walk, WalkLines lines, Statement statement)
    {
        var (found, seen, last) = await ViewsAsync(db, walk, lines, statement).ConfigureAwait(false);
        foreach (var job in walk.Up ? found.OrderBy(static job => job.Id) : found.OrderByDescending(static job => job.Id))
        {
            walk.Offer(job);
        }

        return (seen, last);
    }

    /// <summary>Reads rows; the jobs that may fit.</summary>
    private static async ValueTask<(List<JobView> Found, int Seen, long Last)> ViewsAsync(
        Session db, JobWalk walk, WalkLines lines, Statement statement)
    {
        var (seen, last) = (0, 0L);
        var found = new List<JobView>();
        var plain = new HashSet<long>();
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
            }

            found.Add(ViewOf(row, last, queue, type, state ?? JobState.Queued));
        }).ConfigureAwait(false);
        var held = await Held.OfAsync(db, plain).ConfigureAwait(false);
        foreach (var job in found.Where(job => plain.Contains(job.Id)))
        {
            if (held.Find(job.Id) is var (worker, since))
            {
                (job.State, job.Attempt, job.WorkerId, job.StartedAt) = (JobState.Running, 1, worker, Micros.Of(since));
            }
        }

        return (found, seen, last);
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
