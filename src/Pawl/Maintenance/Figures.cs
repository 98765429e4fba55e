using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Maintenance;

/// <summary>Reads the figures of the installation for who shows them, from kept counters.</summary>
internal sealed class Figures(IJobStore store, Func<IHealth> health, TimeProvider clock)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly string Version = typeof(Figures).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>The figures; of a store that does not answer only those that need no answer.</summary>
    public async ValueTask<IReadOnlyList<Gauge>> ReadAsync(CancellationToken cancellationToken)
    {
        List<Gauge> all = [new("pawl_build_info", [Version, store.Info.Kind], 1)];
        if (store.Pool is { } pool)
        {
            all.Add(new("pawl_store_connections", ["total"], pool.Total));
            all.Add(new("pawl_store_connections", ["idle"], pool.Idle));
            all.Add(new("pawl_store_connections", ["waiting"], pool.Waiting));
        }

        if (new FileInfo(store.Info.Place + "-wal") is { Exists: true } log)
        {
            all.Add(new("pawl_store_wal_bytes", [], log.Length));
        }

        using var limit = new CancellationTokenSource(Limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            Lines(all, await store.LinesAsync(both.Token));
            Workers(all, await store.WorkersAsync(both.Token));
            all.Add(new("pawl_health_score", [], (await health().CheckAsync(both.Token)).Overall.Score));
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A scrape without them says that they could not be had.
        }

        return all;
    }

    private void Lines(List<Gauge> all, IReadOnlyList<LineFacts> lines)
    {
        var now = clock.GetUtcNow();
        foreach (var queue in lines.GroupBy(line => line.Queue, StringComparer.Ordinal))
        {
            foreach (var state in Enum.GetValues<JobState>())
            {
                all.Add(new("pawl_jobs", [queue.Key, Words.Of(state)], queue.Sum(line => line.Counts.GetValueOrDefault(state))));
            }

            var open = queue.Where(line => line.QueuePausedAt is null && line.TypePausedAt is null).ToList();
            all.Add(new(
                "pawl_queue_runnable", [queue.Key], open.Sum(line => line.Counts.GetValueOrDefault(JobState.Queued) - line.Held)));
            var oldest = open.Min(line => line.OldestRunnableAt);
            all.Add(new(
                "pawl_queue_oldest_age_seconds", [queue.Key], oldest is { } since ? Math.Max(0, (now - since).TotalSeconds) : 0));
        }
    }

    private static void Workers(List<Gauge> all, IReadOnlyList<WorkerRow> workers)
    {
        var live = workers.Where(worker => !worker.Gone).ToList();
        all.Add(new("pawl_workers", ["ready"], live.Count(worker => !worker.Draining)));
        all.Add(new("pawl_workers", ["draining"], live.Count(worker => worker.Draining)));
        all.Add(new("pawl_workers", ["gone"], workers.Count - live.Count));
        var used = live.Sum(worker => worker.SlotsTaken);
        all.Add(new("pawl_slots", ["used"], used));
        all.Add(new("pawl_slots", ["free"], live.Sum(worker => worker.Facts.Slots) - used));
    }
}
