using Pawl.Storage;

namespace Pawl.Sqlite;

/// <summary>What each line did in the present minute, gathered over one transaction and then added to its row.</summary>
internal sealed class Minutes
{
    private const string Upsert = """
        insert into minute (minute, line_id, created, started,
            succeeded, failed, timed_out, cancelled, lost, released, snoozed, died, wait_us, run_us, times)
        values (@minute, @line, @created, @started,
            @succeeded, @failed, @timed_out, @cancelled, @lost, @released, @snoozed, @died, @wait, @run, @times)
        on conflict (minute, line_id) do update set
            created = created + excluded.created, started = started + excluded.started, succeeded = succeeded + excluded.succeeded,
            failed = failed + excluded.failed, timed_out = timed_out + excluded.timed_out, cancelled = cancelled + excluded.cancelled,
            lost = lost + excluded.lost, released = released + excluded.released, snoozed = snoozed + excluded.snoozed,
            died = died + excluded.died, wait_us = wait_us + excluded.wait_us, run_us = run_us + excluded.run_us,
            times = coalesce(excluded.times, times)
        """;

    private const string SelectTimes = "select times from minute where minute = @minute and line_id = @line";
    private const long MinuteMicros = 60_000_000;
    private readonly Dictionary<(long Minute, long Line), Tally> _tallies = [];

    /// <summary>The tally of a line in the minute of a time.</summary>
    public Tally Of(Line line, long nowMicros)
    {
        var minute = nowMicros - (nowMicros % MinuteMicros);
        if (!_tallies.TryGetValue((minute, line.Id), out var tally))
        {
            _tallies.Add((minute, line.Id), tally = new Tally());
        }

        return tally;
    }

    public void Flush(Connection db)
    {
        foreach (var ((minute, line), tally) in _tallies)
        {
            if (!tally.Times.IsEmpty)
            {
                var row = db.Use(SelectTimes).Bind(minute).Bind(line);
                if (row.Step() && !row.IsNull(0))
                {
                    tally.Times.Add(row.Span(0));   // what stands there is replaced by the sum
                }

                row.Reset();
            }

            db.Use(Upsert).Bind(minute).Bind(line).Bind(tally.Created).Bind(tally.Started)
                .Bind(tally.Ended[(int)Outcome.Succeeded]).Bind(tally.Ended[(int)Outcome.Failed]).Bind(tally.Ended[(int)Outcome.TimedOut])
                .Bind(tally.Ended[(int)Outcome.Cancelled]).Bind(tally.Ended[(int)Outcome.Lost]).Bind(tally.Ended[(int)Outcome.Released])
                .Bind(tally.Ended[(int)Outcome.Snoozed]).Bind(tally.Died).Bind(tally.WaitMicros).Bind(tally.RunMicros)
                .BindBlobOrNull(tally.Times.PackBytes()).Run();
        }

        Clear();
    }

    public void Clear() => _tallies.Clear();

    internal sealed class Tally
    {
        public long Created { get; set; }

        public long Started { get; set; }

        public long[] Ended { get; } = new long[Enum.GetValues<Outcome>().Length];

        public long Died { get; set; }

        public long WaitMicros { get; set; }

        public long RunMicros { get; set; }

        public MinuteTimes Times { get; } = new();
    }
}
