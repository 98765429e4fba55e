using Pawl.Storage;

namespace Pawl.Maintenance;

/// <summary>What a store and the chores know, put together for the score of each queue. Pure.</summary>
internal sealed record HealthReading
{
    public required IReadOnlyList<LineFacts> Lines { get; init; }

    /// <summary>What operators set for the queues.</summary>
    public IReadOnlyList<QueueRow> Settings { get; init; } = [];

    /// <summary>The minutes of the last day.</summary>
    public required IReadOnlyList<MinuteFacts> Minutes { get; init; }

    public required IReadOnlyList<WorkerRow> Workers { get; init; }

    public IReadOnlyList<StuckJob> Stuck { get; init; } = [];

    /// <summary>The connections of this process; null where the store has no pool of them.</summary>
    public StorePool? Pool { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>The facts of each queue, by name.</summary>
    public IEnumerable<HealthFacts> Queues() =>
        Lines.GroupBy(line => line.Queue, StringComparer.Ordinal).OrderBy(queue => queue.Key, StringComparer.Ordinal).Select(Queue);

    private HealthFacts Queue(IGrouping<string, LineFacts> lines)
    {
        // The minute an hour ago is whole: the window is 60 to 61 minutes long.
        var hourAgo = Now.AddHours(-1).AddMinutes(-1);
        var day = Minutes.Where(minute => minute.Queue == lines.Key).ToList();
        var hour = day.Where(minute => minute.Minute > hourAgo).ToList();
        var failed = Ended(hour, Outcome.Failed) + Ended(hour, Outcome.TimedOut);
        var runnable = lines
            .Where(line => line is { OldestRunnableAt: not null, QueuePausedAt: null, TypePausedAt: null })
            .ToList();
        return new HealthFacts
        {
            Queue = lines.Key,
            Ended = failed + Ended(hour, Outcome.Succeeded),
            Failed = failed,
            OldestRunnable = runnable.Count == 0 ? null : Since(runnable.Min(line => line.OldestRunnableAt)),
            StartTarget = Settings.FirstOrDefault(queue => queue.Name == lines.Key)?.Settings.StartTarget ?? HealthFacts.UsualStartTarget,
            Paused = lines.All(line => line.QueuePausedAt is not null || line.TypePausedAt is not null),
            Started = hour.Sum(minute => minute.Started),
            Lost = Ended(hour, Outcome.Lost),
            Stuck = Stuck.Count(job => job.Queue == lines.Key),
            NewDeadLetters = Math.Min(lines.Sum(line => line.Dead), day.Sum(minute => minute.Died)),
            WithoutWorker = runnable.Max(WithoutWorker),
            ConnectionWait = Pool?.Wait,
            ConnectionLimit = Pool?.Limit ?? TimeSpan.FromSeconds(10),
        };
    }

    /// <summary>How long the runnable jobs of a line have had nobody to run them; null while they have.</summary>
    private TimeSpan? WithoutWorker(LineFacts line)
    {
        var serving = Workers.Where(worker => Serves(worker, line)).ToList();
        if (serving.Exists(worker => worker is { Gone: false, Dead: false, Draining: false }))
        {
            return null;
        }

        // Nobody was missed before there was work, nor while the last one was there.
        var since = serving.Select(worker => (DateTimeOffset?)worker.SeenAt).Append(line.OldestRunnableAt).Max();
        return Since(since);
    }

    private TimeSpan? Since(DateTimeOffset? at) => at is { } then && Now > then ? Now - then : TimeSpan.Zero;

    private static bool Serves(WorkerRow worker, LineFacts line) =>
        worker.Facts.Serves(line.Queue) && worker.Facts.Types.Contains(line.Type);

    private static long Ended(IEnumerable<MinuteFacts> minutes, Outcome outcome) =>
        minutes.Sum(minute => minute.Ended.GetValueOrDefault(outcome));
}
