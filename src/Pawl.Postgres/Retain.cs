using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SelectOld = """
        select j.id, coalesce(s.line_id, f.line_id), coalesce(s.state, 'succeeded'),
            case when s.id is null then d.ended_at else s.ended_at end, j.created_at
        from (select id, shape_id, created_at from pawl.job where id > $1 order by id limit $2) j
        join pawl.shape f on f.id = j.shape_id
        left join pawl.job_state s on s.id = j.id
        left join pawl.done d on d.job_id = j.id
        order by j.id
        """;

    // the first 200 and no more, or the last slice would look through all the younger ones for its full measure
    private const string DropOldEvents = """
        delete from pawl.event where seq = any(array(
            select seq from (select seq, at from pawl.event order by seq limit 200) as oldest where at < $1))
        """;

    private const string KeepLastSeq = """
        insert into pawl.meta (key, value) select 'last_seq', coalesce(max(seq), 0) from pawl.event
        on conflict (key) do update set value = greatest(meta.value, excluded.value)
        """;

    // Leases whose jobs all have rows of their own go with no result; see DropLeases.
    private const string DropOldLeases = """
        with slice as (select id, started_at, lo, hi, own from pawl.lease where id > $1 order by id limit 200),
        gone as (
            delete from pawl.lease where id = any(array(
                select slice.id from slice
                where slice.started_at < $2 and not exists (
                    select 1 from unnest(slice.lo, slice.hi) as run (lo, hi) cross join lateral (
                        select id from pawl.job where id between run.lo and run.hi and not id = any(slice.own)
                        order by id limit 1) as still))))
        select max(id) from slice having count(*) = 200 and max(started_at) < $2
        """;

    private const string DropOldMinutes = "delete from pawl.minute where minute < $1";
    private const string DropOldWorkers = "delete from pawl.worker where gone and seen_at < $1";

    private static readonly TimeSpan KeepMinutes = TimeSpan.FromDays(30);
    private static readonly TimeSpan KeepWorkers = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public ValueTask<RetainReply> RetainAsync(RetainRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            async batch =>
            {
                if (!await LeadsAsync(batch.Db, request.Term).ConfigureAwait(false))
                {
                    return new RetainReply(false, 0, null);
                }

                if (request.After == default)
                {
                    await DropOldFactsAsync(batch.Db, request).ConfigureAwait(false);
                }

                return await RetainAsync(batch, request).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Walks the jobs by number, a slice a call. Numbers rise with time of creation, so the walk ends at the first job that is too
    /// young to have been kept long enough.</summary>
    private static async ValueTask<RetainReply> RetainAsync(Batch batch, RetainRequest request)
    {
        var now = Micros.Of(request.Now);
        var shortest = request.Types.Values.Select(keep => keep.Keep).Append(request.Keep).Append(request.KeepFailed)
            .Concat(request.Types.Values.Select(keep => keep.KeepFailed)).Min();
        var jobs = await batch.Db.Use(SelectOld).Bind(request.After).Bind(request.Count).ListAsync(static row => (
            Id: row.Long(0), Line: row.Int(1), State: row.Word<JobState>(2), EndedAt: row.LongOrNull(3), CreatedAt: row.Long(4)))
            .ConfigureAwait(false);
        var doomed = new List<long>();
        foreach (var job in jobs)
        {
            var line = await batch.LineAsync(job.Line).ConfigureAwait(false);
            if (job.EndedAt is { } endedAt && endedAt <= now - Micros.Of(KeepOf(request, line.Type, job.State)))
            {
                doomed.Add(job.Id);
            }
        }

        var removed = doomed.Count == 0 ? 0 : await RemoveAsync(batch, [.. doomed]).ConfigureAwait(false);
        var last = jobs.Count < request.Count || jobs.Exists(job => job.CreatedAt > now - Micros.Of(shortest))
            ? (JobId?)null
            : new JobId(jobs[^1].Id);
        return new RetainReply(true, removed, last);
    }

    private static TimeSpan KeepOf(RetainRequest request, string type, JobState state)
    {
        var (keep, keepFailed) = request.Types.TryGetValue(type, out var own) ? own : (request.Keep, request.KeepFailed);
        return state == JobState.Failed ? keepFailed : keep;
    }

    private static async ValueTask DropOldFactsAsync(Session db, RetainRequest request)
    {
        var now = Micros.Of(request.Now);
        var before = now - Micros.Of(request.Keep > request.KeepFailed ? request.Keep : request.KeepFailed);
        db.Use(KeepLastSeq).Later();
        while (await db.Use(DropOldEvents).Bind(before).RunAsync().ConfigureAwait(false) == 200)
        {
        }

        var longest = request.Types.Values.Select(keep => Micros.Of(keep.Keep > keep.KeepFailed ? keep.Keep : keep.KeepFailed))
            .Append(now - before).Max();
        for (long? after = 0; after is not null;)
        {
            after = await db.Use(DropOldLeases).Bind(after.Value).Bind(now - longest).NumberAsync().ConfigureAwait(false);
        }

        db.Use(DropOldMinutes).Bind(now - Micros.Of(KeepMinutes)).Later();
        db.Use(DropOldWorkers).Bind(now - Micros.Of(KeepWorkers)).Later();
    }
}
