using Npgsql;
using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>Drops the oldest slice of jobs when all but a few of them are kept no longer.</summary>
internal sealed partial class PostgresStore
{
    // 'pawl' and 'keep' in ASCII: while a slice goes, nobody removes single jobs, or they would be counted twice
    private const string LockRemoval = "select 1 where pg_try_advisory_xact_lock(8097884912530842992)";
    private const string ShareRemoval = "select pg_advisory_xact_lock_shared(8097884912530842992)";

    private const string SelectSlices = "select id, lo, hi, (select last_value from pawl.job_id) from pawl.slice order by lo";
    private const string SelectAges = """
        select (select created_at from pawl.job where id >= $1 and id < $2 order by id limit 1),
            (select created_at from pawl.job where id >= $1 and id < $2 order by id desc limit 1)
        """;

    private const string SelectOpenIn = """
        select l.id from pawl.lease l
        where l.open and exists (select 1 from unnest(l.lo, l.hi) as run (lo, hi) where run.hi >= $1 and run.lo < $2)
        order by l.id
        for update
        """;

    private const string SelectStandingIn = """
        select s.id, s.line_id, s.state, s.ended_at from pawl.job_state s where s.id >= $1 and s.id < $2 order by s.id limit $3
        """;

    private const string CountStanding = "select count(*) from pawl.job_state where id >= $1 and id < $2";

    // What has no row of its own, succeeded and is old enough goes; the rest stays.
    private const string SelectStaying = """
        select j.id
        from pawl.job j join pawl.shape f on f.id = j.shape_id
        join unnest($3::integer[], $4::bigint[]) as rule (line_id, before) on rule.line_id = f.line_id
        left join pawl.done d on d.job_id = j.id and d.job_id >= $1 and d.job_id < $2
        left join pawl.job_state s on s.id = j.id and s.id >= $1 and s.id < $2
        where j.id >= $1 and j.id < $2 and (s.id is not null or d.job_id is null or d.ended_at > rule.before)
        limit $5
        """;

    private const string CountGoing = """
        select f.line_id, count(*)
        from pawl.job j join pawl.shape f on f.id = j.shape_id
        where j.id >= $1 and j.id < $2 and not j.id = any($3)
        group by f.line_id
        """;

    private const string DropEventsOfSlice = "delete from pawl.job_event where job_id >= $1 and job_id < $2 and not job_id = any($3)";
    private const string LockSliced = "lock table only pawl.job, only pawl.done, only pawl.job_end in access exclusive mode";
    private const string DropSlice = "delete from pawl.slice where id = $1";

    private const int MostStanding = 20_000;
    private const int MostStaying = 100_000;
    private const int RemovedAtOnce = 500;

    private readonly HashSet<long> _full = [];
    private long _wholeFrom = long.MaxValue;

    /// <summary>Drops the oldest slice, if nothing but a few of its jobs must be kept; how many jobs went.</summary>
    private async ValueTask<int> DropSliceAsync(RetainRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await WriteAsync(batch => DropSliceAsync(batch, request), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
            when ((error as PostgresException ?? error.InnerException as PostgresException)?.SqlState
                is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.InsufficientPrivilege)
        {
            return 0;   // somebody reads them; or this role may drop nothing
        }
    }

    private async ValueTask<int> DropSliceAsync(Batch batch, RetainRequest request)
    {
        var db = batch.Db;
        await db.Use("set local lock_timeout = '300ms'").RunAsync().ConfigureAwait(false);
        if (!await LeadsAsync(db, request.Term).ConfigureAwait(false) || !await db.Use(LockSlices).AnyAsync().ConfigureAwait(false))
        {
            return 0;
        }

        var slices = await db.Use(SelectSlices).ListAsync(static row => new Slice(row.Long(0), row.Long(1), row.Long(2), row.Long(3)))
            .ConfigureAwait(false);
        _wholeFrom = long.MaxValue;
        var shortest = Micros.Of(ShortestOf(request));
        var now = Micros.Of(request.Now);
        foreach (var slice in slices.Where(slice => slice.IsClosed && !_full.Contains(slice.Id)))
        {
            var (first, last) = (await db.Use(SelectAges).Bind(slice.Lo).Bind(slice.Hi)
                .ValueAsync(static row => (row.LongOrNull(0), row.LongOrNull(1))).ConfigureAwait(false))!.Value;
            if (slice == slices[0] && (last is null || last <= now - shortest)
                && await db.Use(LockRemoval).AnyAsync().ConfigureAwait(false))
            {
                var removed = await DropAsync(batch, slice, request, now).ConfigureAwait(false);
                if (removed is not null)
                {
                    return removed.Value;
                }

                _full.Add(slice.Id);   // goes job by job
            }
            else if (last - first <= shortest / 4)
            {
                _wholeFrom = slice.Lo;   // filled so fast that it may wait until it can go whole
                break;
            }
        }

        return 0;
    }

    private async ValueTask<int?> DropAsync(Batch batch, Slice slice, RetainRequest request, long now)
    {
        var (db, lo, hi) = (batch.Db, slice.Lo, slice.Hi);
        foreach (var lease in await db.Use(SelectOpenIn).Bind(lo).Bind(hi).ListAsync(static row => row.Long(0)).ConfigureAwait(false))
        {
            await Plain.WriteOutLeaseAsync(batch, lease).ConfigureAwait(false);
        }

        var standing = await db.Use(SelectStandingIn).Bind(lo).Bind(hi).Bind(MostStanding + 1).ListAsync(static row => (
            Id: row.Long(0), Line: row.Int(1), State: row.State(2), EndedAt: row.LongOrNull(3))).ConfigureAwait(false);
        if (standing.Count > MostStanding)
        {
            return null;
        }

        var old = new List<long>();
        foreach (var job in standing.Where(static job => job.EndedAt is not null))
        {
            var line = await batch.LineAsync(job.Line).ConfigureAwait(false);
            if (job.EndedAt <= now - Micros.Of(KeepOf(request, line.Type, job.State)))
            {
                old.Add(job.Id);
            }
        }

        var removed = 0;
        foreach (var some in old.Chunk(RemovedAtOnce))
        {
            removed += await RemoveAsync(batch, some, "engine", now).ConfigureAwait(false);
        }

        var stands = await db.Use(CountStanding).Bind(lo).Bind(hi).NumberAsync().ConfigureAwait(false);
        await batch.Lines.LoadAsync(batch.CancellationToken).ConfigureAwait(false);
        var lines = batch.Lines.All;
        long[] staying = [.. await db.Use(SelectStaying).Bind(lo).Bind(hi).Bind([.. lines.Select(static line => line.Id)])
            .Bind([.. lines.Select(line => now - Micros.Of(KeepOf(request, line.Type, JobState.Succeeded)))]).Bind(MostStaying + 1)
            .ListAsync(static row => row.Long(0)).ConfigureAwait(false)];
        if (staying.Length > MostStaying)
        {
            return null;
        }

        foreach (var (line, count) in await db.Use(CountGoing).Bind(lo).Bind(hi).Bind(staying)
            .ListAsync(static row => (row.Int(0), row.Long(1))).ConfigureAwait(false))
        {
            batch.Move(await batch.LineAsync(line).ConfigureAwait(false), JobState.Succeeded, null, (int)count);
            removed += (int)count;
        }

        batch.Event(EventKind.Removed, 0, 0, 0, null, null, now, "engine", data: Removal.Of(lo, hi - 1));
        db.Use(DropEventsOfSlice).Bind(lo).Bind(hi).Bind(staying).Later();
        await db.Use(LockSliced).RunAsync().ConfigureAwait(false);

        // Nobody reads or writes these now, and who waited will look anew. A job that was given a row meanwhile is about to do something.
        if (await db.Use(CountStanding).Bind(lo).Bind(hi).NumberAsync().ConfigureAwait(false) != stands)
        {
            throw new PostgresException("A job of this slice has just changed.", "ERROR", "ERROR", PostgresErrorCodes.LockNotAvailable);
        }

        await ReplaceAsync(db, slice, staying).ConfigureAwait(false);
        return removed;
    }

    /// <summary>Moves what stays to the tables below all slices, which reach up to here from now on, and drops the slice.</summary>
    private static async ValueTask ReplaceAsync(Session db, Slice slice, long[] staying)
    {
        foreach (var (table, key) in Sliced)
        {
            var (kept, gone) = ($"pawl.{table}_kept", $"pawl.{table}_{slice.Id}");
            db.Use($"alter table pawl.{table} detach partition {kept}").Later();
            db.Use($"alter table pawl.{table} detach partition {gone}").Later();
            if (staying.Length > 0)
            {
                db.Use($"insert into {kept} select * from {gone} where {key} = any($1)").Bind(staying).Later();
            }

            db.Use($"drop table {gone}").Later();
            db.Use($"alter table pawl.{table} attach partition {kept} for values from (minvalue) to ({slice.Hi})").Later();
        }

        await db.Use(DropSlice).Bind(slice.Id).RunAsync().ConfigureAwait(false);
    }

    /// <summary>Jobs from one number up to another.</summary>
    private sealed record Slice(long Id, long Lo, long Hi, long Last)
    {
        public bool IsClosed => Hi <= Last;
    }
}
