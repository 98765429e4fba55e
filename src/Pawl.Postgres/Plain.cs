namespace Pawl.Postgres;

/// <summary>Jobs without a row of their own: a run of numbers tells of them, in <c>ready</c>, in <c>lease</c>, or a row in
/// <c>done</c>.</summary>
/// <remarks>
/// <para>Whoever is about to change such a job in any way but its plain start and success calls <see cref="WriteOutAsync"/> first; from
/// then
/// on its row in <c>job_state</c> is the truth, locked by the caller.</para>
/// <para>A job moves from <c>ready</c> to <c>lease</c> to <c>done</c> and never back, so looking in that order, each time with a lock and
/// a new snapshot, misses none.</para>
/// </remarks>
internal static class Plain
{
    private const string LockState = "select 1 from pawl.job_state where id = $1 for update";
    private const string SelectRun = """
        select lo, hi from pawl.ready
        where lo = (select lo from pawl.ready where lo <= $1 order by lo desc limit 1) and hi >= $1
        for update
        """;

    private const string IsReady = "select 1 from (select hi from pawl.ready where lo <= $1 order by lo desc limit 1) run where hi >= $1";
    private const string CutRun = """
        with run as (delete from pawl.ready where lo = $1 returning line_id, priority, run_at)
        insert into pawl.ready (line_id, priority, run_at, lo, hi)
        select run.line_id, run.priority, run.run_at, piece.lo, piece.hi
        from run, (values ($1, $2 - 1), ($2 + 1, $3)) as piece (lo, hi)
        where piece.lo <= piece.hi
        """;

    private const string InsertQueued = """
        insert into pawl.job_state (id, line_id, state, priority, priority_reasons, run_at, max_attempts)
        select j.id, s.line_id, 'queued', s.priority, s.priority_reasons, j.run_at, s.max_attempts
        from pawl.job j join pawl.shape s on s.id = j.shape_id
        where j.id = $1
        """;

    private const string SelectLease = """
        select l.id from pawl.lease l
        where l.open and not $1 = any(l.own)
            and exists (select 1 from unnest(l.lo, l.hi) as run (lo, hi) where $1 between run.lo and run.hi)
            and not exists (select 1 from pawl.done d where d.job_id = $1)
        for update
        """;

    private const string IsDone = "select 1 from pawl.done where job_id = $1";

    private const string InsertRunning = """
        insert into pawl.job_state (id, line_id, state, priority, priority_reasons, run_at, max_attempts, attempt, worker_id, lease_token,
            prefetched, started_at, started_pack, row_version)
        select j.id, s.line_id, 'running', s.priority, s.priority_reasons, j.run_at, s.max_attempts, 1, l.worker_id, l.token,
            exists (select 1 from unnest(l.ahead_lo, l.ahead_hi) as run (lo, hi) where j.id between run.lo and run.hi),
            l.started_at, l.pack_id, 2
        from pawl.lease l, pawl.job j join pawl.shape s on s.id = j.shape_id
        where l.id = $1 and j.id = any($2)
        """;

    private const string OwnRows = "update pawl.lease set own = own || $2 where id = $1";
    private const string LockOpen = "select id from pawl.lease where worker_id = $1 and open order by id for update";

    // The offset keeps it a look for each job that is held, never a walk through all that are done.
    private const string SelectOpen = """
        select l.id, array(
            select run.id from (select generate_series(r.lo, r.hi) as id from unnest(l.lo, l.hi) as r (lo, hi)) as run
            where not run.id = any(l.own) and not exists (select 1 from pawl.done d where d.job_id = run.id offset 0)
            order by run.id)
        from pawl.lease l
        where l.worker_id = $1 and l.open
        order by l.id
        """;

    private const string SelectOpenOf = """
        select array(
            select run.id from (select generate_series(r.lo, r.hi) as id from unnest(l.lo, l.hi) as r (lo, hi)) as run
            where not run.id = any(l.own) and not exists (select 1 from pawl.done d where d.job_id = run.id offset 0)
            order by run.id)
        from pawl.lease l
        where l.id = $1 and l.open
        """;

    private const string CloseLease = "update pawl.lease set open = false where id = $1";

    private const string InsertSucceeded = """
        insert into pawl.job_state (id, line_id, state, priority, priority_reasons, run_at, max_attempts, attempt, started_at, started_pack,
            ended_at, row_version)
        select j.id, s.line_id, 'succeeded', s.priority, s.priority_reasons, j.run_at, s.max_attempts, 1, l.started_at, l.pack_id,
            d.ended_at, 3
        from pawl.done d join pawl.lease l on l.id = d.lease_id join pawl.job j on j.id = d.job_id join pawl.shape s on s.id = j.shape_id
        where d.job_id = $1
        on conflict (id) do nothing
        """;

    /// <summary>Gives a job that waits or runs a row of its own, and locks that row. One that has succeeded, or is not there, is left
    /// alone.</summary>
    public static async ValueTask WriteOutAsync(Batch batch, long id)
    {
        if (await batch.Db.Use(LockState).Bind(id).AnyAsync().ConfigureAwait(false)
            || await WriteOutQueuedAsync(batch, id).ConfigureAwait(false)
            || await WriteOutRunningAsync(batch, id).ConfigureAwait(false))
        {
            return;
        }

        // Somebody else may have written it out between the first look and the second.
        await batch.Db.Use(LockState).Bind(id).AnyAsync().ConfigureAwait(false);
    }

    /// <summary>Gives one that has succeeded a row of its own too.</summary>
    public static async ValueTask WriteOutDoneAsync(Batch batch, long id) =>
        await batch.Db.Use(InsertSucceeded).Bind(id).RunAsync().ConfigureAwait(false);

    /// <summary>Gives all that a worker holds by leases of batches rows of their own, and closes those leases.</summary>
    public static async ValueTask WriteOutOfAsync(Batch batch, long worker)
    {
        // First the locks, then a look with a snapshot of its own: what ended while we waited is done.
        await batch.Db.Use(LockOpen).Bind(worker).RunAsync().ConfigureAwait(false);
        var open = await batch.Db.Use(SelectOpen).Bind(worker).ListAsync(static row => (row.Long(0), row.Longs(1))).ConfigureAwait(false);
        foreach (var (lease, jobs) in open)
        {
            WriteOut(batch, lease, jobs);
        }
    }

    /// <summary>Gives all that one lease holds, whose row the caller has locked, rows of their own, and closes it.</summary>
    public static async ValueTask WriteOutLeaseAsync(Batch batch, long lease) =>
        WriteOut(
            batch, lease, await batch.Db.Use(SelectOpenOf).Bind(lease).FirstAsync(static row => row.Longs(0)).ConfigureAwait(false) ?? []);

    private static void WriteOut(Batch batch, long lease, long[] jobs)
    {
        if (jobs.Length > 0)
        {
            batch.Db.Use(InsertRunning).Bind(lease).Bind(jobs).Later();
            batch.Db.Use(OwnRows).Bind(lease).Bind(jobs).Later();
        }

        batch.Db.Use(CloseLease).Bind(lease).Later();
    }

    private static async ValueTask<bool> WriteOutQueuedAsync(Batch batch, long id)
    {
        while (true)
        {
            var found = await batch.Db.Use(SelectRun).Bind(id).ValueAsync(static row => (Lo: row.Long(0), Hi: row.Long(1)))
                .ConfigureAwait(false);
            if (found is var (lo, hi))
            {
                batch.Db.Use(CutRun).Bind(lo).Bind(id).Bind(hi).Later();
                return await batch.Db.Use(InsertQueued).Bind(id).RunAsync().ConfigureAwait(false) == 1;
            }

            // Somebody may have cut the run while we waited for it; what he left of it only a new look can see.
            if (!await batch.Db.Use(IsReady).Bind(id).AnyAsync().ConfigureAwait(false))
            {
                return false;
            }
        }
    }

    private static async ValueTask<bool> WriteOutRunningAsync(Batch batch, long id)
    {
        if (await batch.Db.Use(SelectLease).Bind(id).NumberAsync().ConfigureAwait(false) is not { } lease
            || await batch.Db.Use(IsDone).Bind(id).AnyAsync().ConfigureAwait(false))   // it ended while we waited for the lock
        {
            return false;
        }

        batch.Db.Use(OwnRows).Bind(lease).Bind(new[] { id }).Later();
        return await batch.Db.Use(InsertRunning).Bind(lease).Bind(new[] { id }).RunAsync().ConfigureAwait(false) == 1;
    }
}
