using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // id order, or two that remove at once deadlock; their bodies too, because not all have a row of their own
    private const string LockStates = "select 1 from pawl.job_state where id = any($1) order by id for update";
    private const string LockBodies = "select 1 from pawl.job where id = any($1) order by id for update";

    // Those of the named that have ended and are still there, as they stand now that they are locked.
    private const string SelectEnded = """
        select j.id, coalesce(s.line_id, f.line_id), coalesce(s.state, 'succeeded'), coalesce(s.dismissed_at is null, true), d.lease_id
        from pawl.job j join pawl.shape f on f.id = j.shape_id
        left join pawl.job_state s on s.id = j.id
        left join pawl.done d on d.job_id = j.id
        where j.id = any($1) and case when s.id is null then d.job_id is not null else s.ended_at is not null
            or s.state not in ('scheduled', 'blocked', 'queued', 'running') end   -- no state that there is: damaged
        order by j.id
        """;

    private const string SelectHashes = "select distinct sha256 from pawl.artifact where job_id = any($1) order by sha256";

    // Whoever stores the same contents now waits for us or we for him; the next statement sees what he stored.
    private const string LockBlobs = "select 1 from pawl.artifact_blob where sha256 = any($1) order by sha256 for update";
    private const string DropBlobs = """
        delete from pawl.artifact_blob b
        where b.sha256 = any($1) and not exists (select 1 from pawl.artifact a where a.sha256 = b.sha256)
        """;

    // A lease is of use while one of its jobs runs by it or a result rests on it: while a job of its runs is there that has no row of
    // its own. By order and limit, or the planner thinks of a run as half of all jobs.
    private const string DropLeases = """
        delete from pawl.lease l
        where l.id = any($1) and not exists (
            select 1 from unnest(l.lo, l.hi) as run (lo, hi) cross join lateral (
                select id from pawl.job where id between run.lo and run.hi and not id = any(l.own) order by id limit 1) as still)
        """;

    // A job that is gone has no result that says it is held no more.
    private const string LeaveLeases = "update pawl.lease set own = own || $2 where id = any($1) and open";

    private static readonly string[] DropsOfJobs =
    [
        "delete from pawl.unique_key where job_id = any($1)",
        "delete from pawl.attempt where job_id = any($1)",
        "delete from pawl.progress where job_id = any($1)",
        "delete from pawl.checkpoint where job_id = any($1)",
        "delete from pawl.log where job_id = any($1)",
        "delete from pawl.item_run where job_id = any($1)",
        "delete from pawl.artifact where job_id = any($1)",
        "delete from pawl.dependency where job_id = any($1)",
        "delete from pawl.job_event where job_id = any($1)",
        "delete from pawl.job_end where id = any($1)",
        "delete from pawl.job_cancel where id = any($1)",
        "delete from pawl.job_recovery where id = any($1)",
        "delete from pawl.done where job_id = any($1)",
        "delete from pawl.job_state where id = any($1)",
        "delete from pawl.job where id = any($1)",
    ];

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Changed>> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            batch => EachAsync(request.Ids, id => PurgeAsync(batch, id, request.By, Micros.Of(request.Now))),
            cancellationToken);

    private static async ValueTask<Changed> PurgeAsync(Batch batch, JobId id, string? by, long now)
    {
        if (await Head.FindAsync(batch, id.Value).ConfigureAwait(false) is not { } head)
        {
            return new Changed(id, "not_found", null);
        }

        if (!Transitions.MayPurge(head.State))
        {
            return new Changed(id, "not_final", head.State);
        }

        if (await RemoveAsync(batch, [id.Value], by, now).ConfigureAwait(false) == 0)
        {
            return new Changed(id, "not_found", null);   // purged while we waited for it
        }

        Audit(batch, now, id, new("job.delete", by, Before: AuditJson.State(head.State)));
        return new Changed(id, null, null);
    }

    /// <summary>Removes those of the jobs that have ended, with all they hold; how many that were.</summary>
    private static async ValueTask<int> RemoveAsync(Batch batch, long[] wanted, string? by, long now)
    {
        batch.Db.Use(ShareRemoval).LaterUnread();
        batch.Db.Use(LockStates).Bind(wanted).LaterUnread();
        await batch.Db.Use(LockBodies).Bind(wanted).RunAsync().ConfigureAwait(false);
        var ended = await batch.Db.Use(SelectEnded).Bind(wanted).ListAsync(static row => (
            Id: row.Long(0), Line: row.Int(1), State: row.State(2), Open: row.Flag(3), Lease: row.LongOrNull(4)))
            .ConfigureAwait(false);
        if (ended.Count == 0)
        {
            return 0;
        }

        foreach (var job in ended)
        {
            var line = await batch.LineAsync(job.Line).ConfigureAwait(false);
            batch.Event(EventKind.Removed, job.Id, 0, 0, job.State, null, now, by, data: Removal.Of(line.Queue, line.Type));
            batch.Move(line, job.State, null);
            if (job.State == JobState.Failed && job.Open)
            {
                batch.Die(line, -1, job.Id);
            }
        }

        long[] ids = [.. ended.Select(static job => job.Id)];
        var hashes = await batch.Db.Use(SelectHashes).Bind(ids).ListAsync(static row => (string?)row.Text(0)).ConfigureAwait(false);
        foreach (var drop in DropsOfJobs)
        {
            batch.Db.Use(drop).Bind(ids).Later();
        }

        long[] leases = [.. ended.Where(static job => job.Lease is not null).Select(static job => job.Lease!.Value).Distinct().Order()];
        if (leases.Length > 0)
        {
            batch.Db.Use(LeaveLeases).Bind(leases).Bind(ids).Later();
            batch.Db.Use(DropLeases).Bind(leases).Later();
        }

        if (hashes.Count > 0)
        {
            batch.Db.Use(LockBlobs).Bind([.. hashes]).LaterUnread();
            await batch.Db.Use(DropBlobs).Bind([.. hashes]).RunAsync().ConfigureAwait(false);
        }

        return ended.Count;
    }
}
