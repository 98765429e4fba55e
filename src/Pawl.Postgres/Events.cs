using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // 'pawl' and 'evnt' in ASCII
    private const string LockNumbers = "select pg_advisory_xact_lock(8101263769776349812)";

    private const string HasUnnumbered = "select 1 from pawl.event_in limit 1";

    // A number is given once: when all events are gone, the last one is still known.
    private const string NumberPacks = """
        with taken as (
            delete from pawl.event_in where pack_id in (select pack_id from pawl.event_in order by pack_id limit $1)
            returning pack_id, n, at, pack
        ), numbered as (
            select pack_id, n, at, pack, (sum(n) over (order by pack_id))::bigint as upto from taken
        ), last as materialized (
            select greatest(
                coalesce((select max(seq) from pawl.event), 0),
                coalesce((select value from pawl.meta where key = 'last_seq'), 0)) as seq
        ), made as (
            insert into pawl.event (seq, first, pack_id, at, pack)
            select last.seq + upto, last.seq + upto - n + 1, pack_id, at, pack from numbered, last
            returning seq
        )
        select count(*), max(seq) from made
        """;

    private const string SelectEvents = "select first, at, pack from pawl.event where seq > $1 order by seq limit $2";

    // a job's events: its creation, the starts and ends of its attempts, and what is listed apart
    private const string SelectEventsOf = """
        select first, at, pack from pawl.event
        where seq > $2 and pack_id in (
            select pack_id from pawl.job where id = $1
            union select started_pack from pawl.job_state where id = $1 and state = 'running'
            union select l.pack_id from pawl.lease l
                where l.open and exists (select 1 from unnest(l.lo, l.hi) as run (lo, hi) where $1 between run.lo and run.hi)
            union select started_pack from pawl.attempt_all where job_id = $1
            union select ended_pack from pawl.attempt_all where job_id = $1
            union select pack_id from pawl.job_event where job_id = $1)
        order by seq
        """;

    /// <summary>How many packs are numbered, or read, at a time.</summary>
    private const int PacksAtOnce = 1_000;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<EventRecord>> EventsAsync(EventQuery query, CancellationToken cancellationToken)
    {
        if (query.Job is { } job)
        {
            await NumberEventsAsync(cancellationToken).ConfigureAwait(false);
            return await ReadAsync(db => EventsOfAsync(db, job, query), cancellationToken).ConfigureAwait(false);
        }

        var events = await ReadAsync(db => EventsAfterAsync(db, query), cancellationToken).ConfigureAwait(false);
        return events.Count < query.Limit && await NumberEventsAsync(cancellationToken).ConfigureAwait(false)
            ? await ReadAsync(db => EventsAfterAsync(db, query), cancellationToken).ConfigureAwait(false)
            : events;
    }

    /// <summary>Numbers what was committed since the last time; one process at a time, the others wait and find it done. Whether there may
    /// be something new to read.</summary>
    private async ValueTask<bool> NumberEventsAsync(CancellationToken cancellationToken)
    {
        if (!await ReadOneAsync(db => db.Use(HasUnnumbered).AnyAsync(), cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        for (var numbered = PacksAtOnce; numbered == PacksAtOnce;)
        {
            (numbered, var last) = await WriteAsync(NumberAsync, cancellationToken).ConfigureAwait(false);
            if (last is { } seq)
            {
                Wakeups.SayRecorded(seq);
            }
        }

        return true;
    }

    private static async ValueTask<(int Packs, long? Last)> NumberAsync(Batch batch)
    {
        // The lock first, by a statement of its own: only what the next one sees was committed before it began.
        await batch.Db.Use(LockNumbers).RunAsync().ConfigureAwait(false);
        return await batch.Db.Use(NumberPacks).Bind(PacksAtOnce).ValueAsync(static row => ((int)row.Long(0), row.LongOrNull(1)))
            .ConfigureAwait(false) ?? default;
    }

    private static async ValueTask<List<EventRecord>> EventsAfterAsync(Session db, EventQuery query)
    {
        var events = new List<EventRecord>();
        for (var ended = false; !ended && events.Count < query.Limit;)
        {
            var packs = Math.Min(PacksAtOnce, query.Limit - events.Count);   // each holds an event at least
            var after = events.Count == 0 ? query.After : events[^1].Seq;
            var read = 0;
            await db.Use(SelectEvents).Bind(after).Bind(packs).EachAsync(row =>
            {
                read++;
                if (events.Count < query.Limit)
                {
                    events.AddRange(EventPack.Unpack(row.Bytes(2), row.Long(0), row.Long(1)).Where(one => one.Seq > after));
                }
            }).ConfigureAwait(false);
            ended = read < packs;
        }

        return events.Count > query.Limit ? events[..query.Limit] : events;
    }

    private static async ValueTask<IReadOnlyList<EventRecord>> EventsOfAsync(Session db, JobId job, EventQuery query)
    {
        var events = new List<EventRecord>();
        await db.Use(SelectEventsOf).Bind(job).Bind(query.After).EachAsync(row =>
        {
            if (events.Count < query.Limit)
            {
                events.AddRange(EventPack.Unpack(row.Bytes(2), row.Long(0), row.Long(1))
                    .Where(one => one.JobId == job && one.Seq > query.After));
            }
        }).ConfigureAwait(false);
        return events.Count > query.Limit ? events[..query.Limit] : events;
    }
}
