using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SelectOld = """
        select j.id, coalesce(s.line_id, f.line_id), coalesce(s.state, 'succeeded'),
            case when s.id is null then d.ended_at else s.ended_at end, j.created_at
        from (select id, shape_id, created_at from pawl.job where id > $1 and id < $3 order by id limit $2) j
        join pawl.shape f on f.id = j.shape_id
        left join pawl.job_state s on s.id = j.id
        left join pawl.done d on d.job_id = j.id
        order by j.id
        """;

    // the first ones and no more, or the last slice would look through all the younger ones for its full measure
    private const string DropOldEvents = """
        delete from pawl.event where seq = any(array(
            select seq from (select seq, at from pawl.event order by seq limit $2) as oldest where at < $1))
        """;

    private const string KeepLastSeq = """
        insert into pawl.meta (key, value) select 'last_seq', coalesce(max(seq), 0) from pawl.event
        on conflict (key) do update set value = greatest(meta.value, excluded.value)
        """;

    // Leases whose jobs all have rows of their own go with no result; see DropLeases.
    private const string DropOldLeases = """
        with slice as (select id, started_at, lo, hi, own from pawl.lease where id > $1 order by id limit $3),
        gone as (
            delete from pawl.lease where id = any(array(
                select slice.id from slice
                where slice.started_at < $2 and not exists (
                    select 1 from unnest(slice.lo, slice.hi) as run (lo, hi) cross join lateral (
                        select id from pawl.job where id between run.lo and run.hi and not id = any(slice.own)
                        order by id limit 1) as still))))
        select max(id) from slice having count(*) = $3 and max(started_at) < $2
        """;

    private const string DropOldMinutes = "delete from pawl.minute where minute < $1";
    private const string DropOldWorkers = "delete from pawl.worker where gone and seen_at < $1";

    private static readonly TimeSpan KeepMinutes = TimeSpan.FromDays(30);
    private static readonly TimeSpan KeepWorkers = TimeSpan.FromDays(1);

    private const int FactsAtOnce = 1_000;

    private long? _leasesAfter;   // where the look at old leases goes on
    private bool _moreFacts;

    /// <inheritdoc/>
    public async ValueTask<RetainReply> RetainAsync(RetainRequest request, CancellationToken cancellationToken)
    {
        if (request.After == default)
        {
            (_leasesAfter, _moreFacts) = (0, true);
            var dropped = await DropSliceAsync(request, cancellationToken).ConfigureAwait(false);
            if (dropped > 0)
            {
                return new RetainReply(true, dropped, default(JobId));   // again from the start: the next slice may go too
            }
        }

        return await WriteAsync(
            async batch => await LeadsAsync(batch.Db, request.Term).ConfigureAwait(false)
                ? await RetainAsync(batch, request).ConfigureAwait(false)
                : new RetainReply(false, 0, null),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Walks the jobs by number, a slice a call. Numbers rise with time of creation, so the walk ends at the first job that is too
    /// young to have been kept long enough, or at those that go whole.</summary>
    private async ValueTask<RetainReply> RetainAsync(Batch batch, RetainRequest request)
    {
        var now = Micros.Of(request.Now);
        var jobs = await batch.Db.Use(SelectOld).Bind(request.After).Bind(request.Count).Bind(_wholeFrom).ListAsync(static row => (
            Id: row.Long(0), Line: row.Int(1), State: row.State(2), EndedAt: row.LongOrNull(3), CreatedAt: row.Long(4)))
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

        var removed = doomed.Count == 0 ? 0 : await RemoveAsync(batch, [.. doomed], "engine", now).ConfigureAwait(false);
        var ended = jobs.Count < request.Count || jobs.Exists(job => job.CreatedAt > now - Micros.Of(ShortestOf(request)));
        await DropOldFactsAsync(batch.Db, request).ConfigureAwait(false);
        JobId? next = !ended ? new JobId(jobs[^1].Id)
            : _moreFacts ? new JobId(Math.Max(1, request.After.Value))   // nothing new there, but there are facts left to drop
            : null;
        return new RetainReply(true, removed, next);
    }

    private static TimeSpan ShortestOf(RetainRequest request) =>
        request.Types.Values.SelectMany(static keep => new[] { keep.Keep, keep.KeepFailed }).Append(request.Keep).Append(request.KeepFailed)
            .Min();

    private static TimeSpan KeepOf(RetainRequest request, string type, JobState state)
    {
        var (keep, keepFailed) = request.Types.TryGetValue(type, out var own) ? own : (request.Keep, request.KeepFailed);
        return state == JobState.Failed ? keepFailed : keep;
    }

    /// <summary>Drops what tells of jobs that are gone, some of it a call.</summary>
    private async ValueTask DropOldFactsAsync(Session db, RetainRequest request)
    {
        if (!_moreFacts)
        {
            return;
        }

        var now = Micros.Of(request.Now);
        var before = now - Micros.Of(request.Keep > request.KeepFailed ? request.Keep : request.KeepFailed);
        db.Use(KeepLastSeq).Later();
        _moreFacts = await db.Use(DropOldEvents).Bind(before).Bind(FactsAtOnce).RunAsync().ConfigureAwait(false) == FactsAtOnce;
        if (_leasesAfter is { } after)
        {
            var longest = request.Types.Values.Select(keep => Micros.Of(keep.Keep > keep.KeepFailed ? keep.Keep : keep.KeepFailed))
                .Append(now - before).Max();
            _leasesAfter = await db.Use(DropOldLeases).Bind(after).Bind(now - longest).Bind(FactsAtOnce).NumberAsync()
                .ConfigureAwait(false);
            _moreFacts |= _leasesAfter is not null;
        }

        db.Use(DropOldFailureHours).Bind(now - Micros.Of(KeepMinutes)).Later();
        db.Use(DropOldFailures).Bind(now - Micros.Of(KeepMinutes)).Later();
        db.Use(DropOldMinutes).Bind(now - Micros.Of(KeepMinutes)).Later();
        db.Use(DropOldDepths).Bind(now - Micros.Of(KeepMinutes)).Later();
        await KeepTypesOfOldWorkersAsync(db, now - Micros.Of(KeepWorkers)).ConfigureAwait(false);
        db.Use(DropOldTypes).Bind(now - Micros.Of(KeepTypes)).Later();
        db.Use(DropOldWorkers).Bind(now - Micros.Of(KeepWorkers)).Later();
    }
}
