using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectRollups = """
        select m.minute - m.minute % @step as at, m.line_id, l.queue, l.type, sum(m.created), sum(m.started),
            sum(m.succeeded), sum(m.failed), sum(m.timed_out), sum(m.cancelled), sum(m.lost), sum(m.released), sum(m.snoozed), sum(m.died),
            sum(m.wait_us), sum(m.run_us)
        from minute m join line l on l.id = m.line_id
        where m.minute >= @since
        group by 1, m.line_id
        order by 1, l.queue, l.type
        """;

    private const string SelectTimes = """
        select minute - minute % @step, line_id, times from minute where minute >= @since and times is not null order by minute, line_id
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Rollup>> RollupsAsync(RollupQuery query, CancellationToken cancellationToken)
    {
        var (since, step) = RollupSteps.Of(query);
        return ReadAsync<IReadOnlyList<Rollup>>(
            db =>
            {
                var times = query.Times ? TimesOf(db, since, step) : [];
                var rollups = new List<Rollup>();
                for (var row = db.Use(SelectRollups).Bind(step).Bind(since); row.Step();)
                {
                    var known = times.GetValueOrDefault((row.Long(0), row.Long(1)));
                    rollups.Add(new Rollup
                    {
                        At = row.Time(0),
                        Queue = row.Text(2),
                        Type = row.Text(3),
                        Created = row.Long(4),
                        Started = row.Long(5),
                        Ended = Enum.GetValues<Outcome>().ToDictionary(outcome => outcome, outcome => row.Long(6 + (int)outcome)),
                        Died = row.Long(13),
                        Wait = row.Length(14),
                        Run = row.Length(15),
                        Waits = known?.Waits ?? Histogram.Empty,
                        Runs = known?.Ran ?? Histogram.Empty,
                    });
                }

                return rollups;
            },
            cancellationToken);
    }

    private static Dictionary<(long At, long Line), MinuteTimes> TimesOf(Connection db, long since, long step)
    {
        var times = new Dictionary<(long At, long Line), MinuteTimes>();
        for (var row = db.Use(SelectTimes).Bind(step).Bind(since); row.Step();)
        {
            var key = (row.Long(0), row.Long(1));
            if (!times.TryGetValue(key, out var sum))
            {
                times.Add(key, sum = new MinuteTimes());
            }

            sum.Add(row.Span(2));
        }

        return times;
    }
}
