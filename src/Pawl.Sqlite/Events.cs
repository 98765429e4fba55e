using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectEvents = "select seq, first, at, pack from event where seq > @after order by seq";
    private const string SelectEventAt = "select seq, first, at, pack from event where seq >= @seq order by seq limit 1";

    // a job's events: its creation, the starts and ends of its attempts, and what is listed apart
    private const string SelectSeqsOfJob = """
        select created_seq as seq from job where id = @job
        union select started_seq from job where id = @job and state = 'running'
        union select started_seq from attempt_all where job_id = @job
        union select ended_seq from attempt_all where job_id = @job
        union select seq from job_event where job_id = @job
        order by seq
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EventRecord>> EventsAsync(EventQuery query, CancellationToken cancellationToken) =>
        query.Job is { } job
            ? ReadJobsAsync<IReadOnlyList<EventRecord>>([job], db => EventsOf(db, job, query), cancellationToken)
            : ReadAsync<IReadOnlyList<EventRecord>>(db => EventsAfter(db, query), cancellationToken);

    private static List<EventRecord> EventsAfter(Connection db, EventQuery query)
    {
        var events = new List<EventRecord>();
        var row = db.Use(SelectEvents).Bind(query.After);
        while (events.Count < query.Limit && row.Step())
        {
            events.AddRange(EventPack.Unpack(row.Span(3), row.Long(1), row.Long(2)).Where(one => one.Seq > query.After));
        }

        row.Reset();
        return events.Count > query.Limit ? events[..query.Limit] : events;
    }

    private static List<EventRecord> EventsOf(Connection db, JobId job, EventQuery query)
    {
        var seqs = new List<long>();
        var wanted = db.Use(SelectSeqsOfJob).Bind(job);
        while (seqs.Count < query.Limit && wanted.Step())
        {
            if (wanted.Long(0) > query.After)
            {
                seqs.Add(wanted.Long(0));
            }
        }

        wanted.Reset();
        var events = new List<EventRecord>(seqs.Count);
        List<EventRecord> pack = [];
        foreach (var seq in seqs)
        {
            if (pack.Count == 0 || seq > pack[^1].Seq)
            {
                pack = PackOf(db, seq);
            }

            if (pack.Count > 0 && seq >= pack[0].Seq)   // else retention took it
            {
                events.Add(pack[(int)(seq - pack[0].Seq)]);
            }
        }

        return events;
    }

    private static List<EventRecord> PackOf(Connection db, long seq)
    {
        var row = db.Use(SelectEventAt).Bind(seq);
        var pack = row.Step() ? EventPack.Unpack(row.Span(3), row.Long(1), row.Long(2)) : [];
        row.Reset();
        return pack;
    }
}
