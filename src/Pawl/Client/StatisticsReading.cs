using Pawl.Storage;

namespace Pawl.Client;

/// <summary>One look at what is counted, which many may ask for their part of. Pure.</summary>
internal sealed record StatisticsReading
{
    /// <summary>The clock's timestamp from before the look.</summary>
    public required long Asked { get; init; }

    public required DateTimeOffset Now { get; init; }

    public required IReadOnlyList<LineFacts> Lines { get; init; }

    /// <summary>The last hour, one sum a line.</summary>
    public required IReadOnlyList<Rollup> Hour { get; init; }

    /// <summary>This minute and the one before it.</summary>
    public required IReadOnlyList<Rollup> Recent { get; init; }

    public required IReadOnlyList<DepthRow> Depth { get; init; }

    public required IReadOnlyList<WorkerRow> Workers { get; init; }

    public Statistics Of(Scope scope)
    {
        var lines = Lines.Where(line => scope.Sees(line.Queue, line.Type)).ToList();
        var hour = Hour.Where(one => scope.Sees(one.Queue, one.Type)).ToList();
        var recent = Recent.Where(one => scope.Sees(one.Queue, one.Type)).ToList();
        var (succeeded, failed) = (hour.Sum(Rates.Succeeded), hour.Sum(Rates.Failed));
        var oldest = lines.Where(IsOpen).Min(line => line.OldestRunnableAt);
        var ready = Workers.Where(worker => worker is { Gone: false, Dead: false, Draining: false } && Sees(scope, worker)).ToList();
        return new Statistics
        {
            AsOf = Now,
            CreatedPerSecond = Rates.PerSecond(recent, Now, one => one.Created),
            SucceededPerSecond = Rates.PerSecond(recent, Now, Rates.Succeeded),
            FailedPerSecond = Rates.PerSecond(recent, Now, Rates.Failed),
            ErrorRate = succeeded + failed == 0 ? 0 : (double)failed / (succeeded + failed),
            Counts = Enum.GetValues<JobState>().ToDictionary(
                state => state, state => lines.Sum(line => line.Counts.GetValueOrDefault(state))),
            Dead = lines.Sum(line => line.Dead),
            OldestRunnable = oldest is { } at ? Positive(Now - at) : null,
            DepthByPriority =
            [
                .. Depth.Where(row => scope.Sees(row.Queue, row.Type)).GroupBy(row => row.Priority)
                    .OrderByDescending(rows => rows.Key).Select(rows => new PriorityDepth(rows.Key, rows.Sum(row => row.Queued))),
            ],
            ByType = Each(lines, hour, recent, line => line.Type, one => one.Type),
            ByQueue = Each(lines, hour, recent, line => line.Queue, one => one.Queue),
            WorkersReady = ready.Count,
            Slots = ready.Sum(worker => worker.Facts.Slots),
            SlotsUsed = ready.Sum(worker => worker.SlotsTaken),
        };
    }

    private List<LineStatistics> Each(
        List<LineFacts> lines, List<Rollup> hour, List<Rollup> recent, Func<LineFacts, string> nameOf, Func<Rollup, string> keyOf)
    {
        var (hours, recents) = (hour.ToLookup(keyOf), recent.ToLookup(keyOf));
        return
        [
            .. lines.Select(nameOf).Distinct().Order(StringComparer.Ordinal)
                .Select(name => Rates.Of(name, [.. hours[name]], [.. recents[name]], Now)),
        ];
    }

    private static bool IsOpen(LineFacts line) => line is { OldestRunnableAt: not null, QueuePausedAt: null, TypePausedAt: null };

    /// <summary>Whether a worker serves something inside.</summary>
    private static bool Sees(Scope scope, WorkerRow worker) =>
        scope.IsAll
        || worker.Facts.Types.Any(type => worker.Facts.Queues.DefaultIfEmpty("default").Any(queue => scope.Sees(queue, type)));

    private static TimeSpan Positive(TimeSpan length) => length > TimeSpan.Zero ? length : TimeSpan.Zero;
}
