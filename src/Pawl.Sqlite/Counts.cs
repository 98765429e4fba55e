using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectLineFacts = """
        select l.id, l.queue, l.type, q.at, t.at, m.max_running
        from line l
        left join pause q on q.queue = l.queue and q.type = ''
        left join pause t on t.queue = '' and t.type = l.type
        left join queue_limit m on m.queue = l.queue
        order by l.queue, l.type
        """;

    private const string SelectLineCounts = "select state, n from line_count where line_id = @line";
    private const string SelectMinutes = """
        select m.minute, l.queue, l.type, m.created, m.started,
            m.succeeded, m.failed, m.timed_out, m.cancelled, m.lost, m.released, m.snoozed, m.died, m.wait_us, m.run_us
        from minute m join line l on l.id = m.line_id
        where m.minute >= @since
        order by m.minute, l.queue, l.type
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LineFacts>> LinesAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<LineFacts>>(
            db =>
            {
                var lines = new List<(long Id, LineFacts Facts)>();
                for (var row = db.Use(SelectLineFacts); row.Step();)
                {
                    lines.Add((row.Long(0), new LineFacts
                    {
                        Queue = row.Text(1),
                        Type = row.Text(2),
                        Counts = new Dictionary<JobState, long>(),
                        QueuePausedAt = row.TimeOrNull(3),
                        TypePausedAt = row.TimeOrNull(4),
                        QueueMaxRunning = row.IntOrNull(5),
                    }));
                }

                return [.. lines.Select(line => WithCounts(db, line.Id, line.Facts))];
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<MinuteFacts>> MinutesAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<MinuteFacts>>(
            db =>
            {
                var minutes = new List<MinuteFacts>();
                for (var row = db.Use(SelectMinutes).Bind(since); row.Step();)
                {
                    var ended = Enum.GetValues<Outcome>().ToDictionary(outcome => outcome, outcome => row.Long(5 + (int)outcome));
                    minutes.Add(new MinuteFacts(
                        row.Time(0), row.Text(1), row.Text(2), row.Long(3), row.Long(4),
                        ended, row.Long(12), row.Length(13), row.Length(14)));
                }

                return minutes;
            },
            cancellationToken);

    private LineFacts WithCounts(Connection db, long id, LineFacts facts)
    {
        var counts = Enum.GetValues<JobState>().ToDictionary(state => state, _ => 0L);
        var shares = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var row = db.Use(SelectLineCounts).Bind(id); row.Step();)
        {
            var name = row.Text(0);
            if (Words.TryParse<JobState>(name, out var state))
            {
                counts[state] = row.Long(1);
            }
            else
            {
                shares[name] = row.Long(1);
            }
        }

        var held = Share(Line.Held);
        return facts with
        {
            Counts = counts,
            Held = held,
            Dead = Share(Line.Dead),
            Deferred = Share(Line.Deferred),
            OldestRunnableAt = counts[JobState.Queued] > held ? Oldest(db, id) : null,
        };

        long Share(int count) => shares.GetValueOrDefault(Line.CountNames[count]);
    }

    /// <summary>The front of each priority: the line itself is never walked but for what is leased there already.</summary>
    private DateTimeOffset? Oldest(Connection db, long line)
    {
        long? oldest = null;
        var below = 1001L;
        while (true)
        {
            var row = db.Use(SelectBelow).Bind(line).Bind(below).Bind((long)LeastPriority);
            var found = row.Step();
            while (found && _batch.Leases.Hides(row.Long(0)))
            {
                found = row.Step();
            }

            if (!found)
            {
                return oldest is { } at ? Micros.ToTime(at) : null;
            }

            below = row.Long(1);
            oldest = Math.Min(oldest ?? long.MaxValue, row.Long(2));
            row.Reset();
        }
    }
}
