using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SelectRollups = """
        select m.minute - m.minute % $2, m.line_id, l.queue, l.type, sum(m.created)::bigint, sum(m.started)::bigint,
            sum(m.succeeded)::bigint, sum(m.failed)::bigint, sum(m.timed_out)::bigint, sum(m.cancelled)::bigint, sum(m.lost)::bigint,
            sum(m.released)::bigint, sum(m.snoozed)::bigint, sum(m.died)::bigint, sum(m.wait_us)::bigint, sum(m.run_us)::bigint
        from (
            select minute, line_id, created, started, succeeded, failed, timed_out, cancelled, lost, released, snoozed, died, wait_us,
                run_us
            from pawl.minute
            where minute >= $1
            union all
            select minute, line_id, tally[1], tally[2], tally[3], tally[4], tally[5], tally[6], tally[7], tally[8], tally[9], tally[10],
                tally[11], tally[12]
            from pawl.delta
            where minute >= $1 and minute > 0) m
        join pawl.line l on l.id = m.line_id
        group by 1, m.line_id, l.queue, l.type
        order by 1, l.queue collate "C", l.type collate "C"
        """;

    private const string SelectTimes = """
        select m.minute - m.minute % $2, m.line_id, (packed >> 40)::integer, sum(packed & 1099511627775)::bigint
        from (
            select minute, line_id, times from pawl.minute where minute >= $1
            union all
            select minute, line_id, times from pawl.delta where minute >= $1 and minute > 0) m
        cross join lateral unnest(m.times) as packed
        group by 1, 2, 3
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Rollup>> RollupsAsync(RollupQuery query, CancellationToken cancellationToken)
    {
        var (since, step) = RollupSteps.Of(query);
        return ReadAsync<IReadOnlyList<Rollup>>(
            async db =>
            {
                var times = query.Times ? await TimesOfAsync(db, since, step).ConfigureAwait(false) : [];
                return await db.Use(SelectRollups).Bind(since).Bind(step).ListAsync(row =>
                {
                    var known = times.GetValueOrDefault((row.Long(0), row.Int(1)));
                    return new Rollup
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
                    };
                }).ConfigureAwait(false);
            },
            cancellationToken);
    }

    private static async ValueTask<Dictionary<(long At, int Line), MinuteTimes>> TimesOfAsync(Session db, long since, long step)
    {
        var times = new Dictionary<(long At, int Line), MinuteTimes>();
        await db.Use(SelectTimes).Bind(since).Bind(step).EachAsync(row =>
        {
            var key = (row.Long(0), row.Int(1));
            if (!times.TryGetValue(key, out var sum))
            {
                times.Add(key, sum = new MinuteTimes());
            }

            sum.Add(row.Int(2), row.Long(3));
        }).ConfigureAwait(false);
        return times;
    }
}
