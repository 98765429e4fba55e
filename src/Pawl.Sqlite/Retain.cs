using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectOld = """
        select id, line_id, state, ended_at, created_at from job where id > @after order by id limit @count
        """;

    // the first 200 and no more, or the last slice would look through all the younger ones for its full measure
    private const string DropOldEvents = """
        delete from event where seq in (select seq from (select seq, at from event where seq > 0 order by seq limit 200) where at < @before)
        """;

    private const string SelectEventsAge = "select at from event where seq > 0 order by seq limit 1";
    private const string KeepLastSeq = """
        insert into meta (key, value) values ('last_seq', (select coalesce(max(seq), 0) from event))
        on conflict (key) do update set value = max(value, excluded.value)
        """;

    private const string DropOldMinutes = "delete from minute where minute < @before";
    private const string DropOldWorkers = "delete from worker where gone = 1 and seen_at < @before";

    private static readonly TimeSpan KeepMinutes = TimeSpan.FromDays(30);
    private static readonly TimeSpan KeepWorkers = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public ValueTask<RetainReply> RetainAsync(RetainRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            batch =>
            {
                if (!Leads(batch.Db, request.Term))
                {
                    return new RetainReply(false, 0, null);
                }

                if (request.After == default)
                {
                    DropOldFacts(batch.Db, request);
                }

                return Retain(batch, request);
            },
            cancellationToken);

    /// <summary>Walks the jobs by number, a slice a call. Numbers rise with time of creation, so the walk ends at the first job that is too
    /// young to have been kept long enough.</summary>
    private static RetainReply Retain(Batch batch, RetainRequest request)
    {
        var now = Micros.Of(request.Now);
        var shortest = request.Types.Values.Select(keep => keep.Keep).Append(request.Keep).Append(request.KeepFailed)
            .Concat(request.Types.Values.Select(keep => keep.KeepFailed)).Min();
        var doomed = new List<long>();
        JobId? last = null;
        var young = false;
        var looked = 0;
        for (var row = batch.Db.Use(SelectOld).Bind(request.After).Bind((long)request.Count); row.Step(); looked++)
        {
            last = new JobId(row.Long(0));
            young |= row.Long(4) > now - Micros.Of(shortest);
            if (row.LongOrNull(3) is { } endedAt
                && endedAt <= now - Micros.Of(KeepOf(request, batch.Lines[row.Long(1)].Type, row.State(2))))
            {
                doomed.Add(row.Long(0));
            }
        }

        foreach (var id in doomed)
        {
            Remove(batch, Head.Find(batch, id)!, "engine", now);
        }

        return new RetainReply(true, doomed.Count, young || looked < request.Count ? null : last);
    }

    private static TimeSpan KeepOf(RetainRequest request, string type, JobState state)
    {
        var (keep, keepFailed) = request.Types.TryGetValue(type, out var own) ? own : (request.Keep, request.KeepFailed);
        return state == JobState.Failed ? keepFailed : keep;
    }

    private static void DropOldFacts(Connection db, RetainRequest request)
    {
        var now = Micros.Of(request.Now);
        var before = now - Micros.Of(request.Keep > request.KeepFailed ? request.Keep : request.KeepFailed);
        db.Use(KeepLastSeq).Run();
        while (First(db, SelectEventsAge) is { } oldest && Micros.Of(oldest) < before)
        {
            db.Use(DropOldEvents).Bind(before).Run();
        }

        db.Use(DropOldFailureHours).Bind(now - Micros.Of(KeepMinutes)).Run();
        db.Use(DropOldFailures).Bind(now - Micros.Of(KeepMinutes)).Run();
        db.Use(DropOldMinutes).Bind(now - Micros.Of(KeepMinutes)).Run();
        db.Use(DropOldDepths).Bind(now - Micros.Of(KeepMinutes)).Run();
        KeepTypesOfOldWorkers(db, now - Micros.Of(KeepWorkers));
        db.Use(DropOldTypes).Bind(now - Micros.Of(KeepTypes)).Run();
        db.Use(DropOldWorkers).Bind(now - Micros.Of(KeepWorkers)).Run();
    }
}
