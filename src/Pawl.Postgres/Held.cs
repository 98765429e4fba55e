namespace Pawl.Postgres;

/// <summary>Which plain jobs run: the runs of numbers of all open leases between two numbers.</summary>
/// <remarks>Only for jobs that have neither a row of their own nor a result. Such a job stands in one lease at most, so no two runs that
/// could be meant overlap.</remarks>
internal sealed class Held
{
    private const string SelectRuns = """
        select r.lo, r.hi, l.worker_id, l.started_at, l.own
        from pawl.lease l, unnest(l.lo, l.hi) as r (lo, hi)
        where l.open and r.hi >= $1 and r.lo <= $2
        order by r.lo
        """;

    private readonly List<Run> _runs;

    private Held(List<Run> runs) => _runs = runs;

    /// <summary>Looks who holds any of these jobs; asks nothing when there are none.</summary>
    public static async ValueTask<Held> OfAsync(Session db, IReadOnlyCollection<long> jobs) =>
        new(jobs.Count == 0
            ? []
            : await db.Use(SelectRuns).Bind(jobs.Min()).Bind(jobs.Max()).ListAsync(RunOf).ConfigureAwait(false));

    /// <summary>The same for all between two numbers, with the next statement that is waited for.</summary>
    public static Held Later(Session db, long from, long to)
    {
        var held = new Held([]);
        db.Use(SelectRuns).Bind(from).Bind(to).EachLater(row => held._runs.Add(RunOf(row)));
        return held;
    }

    /// <summary>Who holds a job and since when; null while it waits.</summary>
    public (long Worker, DateTimeOffset Since)? Find(long job)
    {
        var (from, to) = (0, _runs.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = _runs[middle].Lo <= job ? (middle + 1, to) : (from, middle);
        }

        return from > 0 && _runs[from - 1] is var run && job <= run.Hi && !run.Own.Contains(job) ? (run.Worker, run.Since) : null;
    }

    private static Run RunOf(Row row) => new(row.Long(0), row.Long(1), row.Long(2), row.Time(3), row.Longs(4));

    private readonly record struct Run(long Lo, long Hi, long Worker, DateTimeOffset Since, long[] Own);
}
