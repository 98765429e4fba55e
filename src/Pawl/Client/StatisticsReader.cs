using Pawl.Storage;

namespace Pawl.Client;

/// <summary>Puts together what the store has counted. What is read is read for all who ask within a second.</summary>
internal sealed class StatisticsReader(IJobStore store, TimeProvider clock) : IStatistics, IDisposable
{
    private const int MostGroups = 500;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    // Longer than any window: all of the time is one step.
    private static readonly TimeSpan Whole = TimeSpan.FromDays(365_000);

    private readonly SemaphoreSlim _reading = new(1);
    private StatisticsReading? _last;

    public async ValueTask<Statistics> NowAsync(Scope? scope = null, CancellationToken cancellationToken = default) =>
        (await ReadAsync(cancellationToken)).Of(scope ?? Scope.All);

    public async ValueTask<StatisticsSeries> SeriesAsync(
        SeriesQuery query, Scope? scope = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        SeriesMaker.Check(query);
        var now = clock.GetUtcNow();
        var step = SeriesMaker.KeptStep(query.Step);
        var since = SeriesMaker.FirstOf(query, now);
        var times = SeriesMaker.TimesOf(query, now);
        var seen = scope ?? Scope.All;
        var lines = new List<StatisticsLine>();
        if (query.Metrics.Any(metric => metric != DepthLines.Metric))
        {
            var rollups = await store.RollupsAsync(
                new RollupQuery(since, step, SeriesMaker.NeedsTimes(query.Metrics)), cancellationToken);
            lines.AddRange(SeriesMaker.Of(query, times, [.. rollups.Where(one => seen.Sees(one.Queue, one.Type))], step));
        }

        if (query.Metrics.Contains(DepthLines.Metric))
        {
            var samples = await store.DepthsAsync(new RollupQuery(since, step), cancellationToken);
            var present = await ReadAsync(cancellationToken);
            lines.AddRange(DepthLines.Of(
                query, times, [.. samples.Select(sample => Within(sample, seen))], step, Within(new(now, present.Depth), seen)));
        }

        string[] order = [.. query.Metrics];
        return new StatisticsSeries(query.Step, times, [.. lines.OrderBy(line => Array.IndexOf(order, line.Metric))]);
    }

    private static DepthSample Within(DepthSample sample, Scope scope) =>
        sample with { Rows = [.. sample.Rows.Where(row => scope.Sees(row.Queue, row.Type))] };

    public async ValueTask<IReadOnlyList<FailureGroup>> FailuresAsync(
        TimeSpan window, Scope? scope = null, CancellationToken cancellationToken = default) =>
        FailureGroups.Of(await RowsAsync(null, window, scope, cancellationToken), FirstOf(window), clock.GetUtcNow());

    public async ValueTask<FailureGroup?> FailureAsync(
        string fingerprint, TimeSpan window, Scope? scope = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fingerprint);
        var rows = await RowsAsync(fingerprint, window, scope, cancellationToken);
        return FailureGroups.Of(rows, FirstOf(window), clock.GetUtcNow()).FirstOrDefault();
    }

    public void Dispose() => _reading.Dispose();

    private async ValueTask<IEnumerable<FailureRow>> RowsAsync(
        string? fingerprint, TimeSpan window, Scope? scope, CancellationToken cancellationToken)
    {
        var rows = await store.FailuresAsync(new FailureQuery(FirstOf(window), fingerprint, MostGroups), cancellationToken);
        return rows.Where(row => (scope ?? Scope.All).Sees(row.Queue, row.Type));
    }

    private DateTimeOffset FirstOf(TimeSpan window) =>
        window >= TimeSpan.FromHours(1) && window <= SeriesMaker.Longest
            ? clock.GetUtcNow() - window
            : throw new PawlException("out_of_range", $"A window of failures is 1 h to 30 days, but was {Durations.Format(window)}.");

    private async ValueTask<StatisticsReading> ReadAsync(CancellationToken cancellationToken)
    {
        if (IsFresh(_last))
        {
            return _last!;
        }

        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (!IsFresh(_last))
            {
                _last = await LookAsync(cancellationToken);
            }

            return _last!;
        }
        finally
        {
            _reading.Release();
        }
    }

    private bool IsFresh(StatisticsReading? reading) => reading is not null && clock.GetElapsedTime(reading.Asked) < Fresh;

    private async ValueTask<StatisticsReading> LookAsync(CancellationToken cancellationToken)
    {
        var asked = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        return new StatisticsReading
        {
            Asked = asked,
            Now = now,
            Lines = await store.LinesAsync(cancellationToken),
            Hour = await store.RollupsAsync(new RollupQuery(now.AddHours(-1), Whole, Times: true), cancellationToken),
            Recent = await store.RollupsAsync(new RollupQuery(now.AddMinutes(-1), TimeSpan.FromMinutes(1)), cancellationToken),
            Depth = await store.DepthAsync(cancellationToken),
            Workers = await store.WorkersAsync(cancellationToken),
        };
    }
}
