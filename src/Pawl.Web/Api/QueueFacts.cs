using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pawl.Storage;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>One queue with all that is known of it, from kept counters.</summary>
internal sealed class QueueFacts
{
    private static readonly JobState[] Shown = [JobState.Scheduled, JobState.Blocked, JobState.Queued, JobState.Running];

    private readonly Dictionary<JobState, long> _counts = [];
    private readonly List<string> _idle = [];
    private long _held;
    private DateTimeOffset? _oldest;
    private DateTimeOffset _now;
    private int _workers;

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What an operator set; null for nothing.</summary>
    public QueueRow? Row { get; private set; }

    /// <summary>Its pause; null while it is open.</summary>
    public PauseRow? Pause => Row?.Pause;

    /// <summary>Its version.</summary>
    public long RowVersion => Row?.RowVersion ?? 1;

    /// <summary>How it does; null where nobody counts.</summary>
    public LineStatistics? Figures { get; private set; }

    /// <summary>Reads all queues, by name, as far as the caller's types go.</summary>
    /// <param name="call">Who asks.</param>
    /// <param name="also">A queue to tell of even if nobody has used it yet; null for none.</param>
    public static async Task<IReadOnlyList<QueueFacts>> ReadAsync(Call call, string? also = null)
    {
        var (store, scope) = (call.Site.Store, call.Caller.Scope);
        var rows = await store.QueuesAsync(call.Cancelled).ConfigureAwait(false);
        var lines = await store.LinesAsync(call.Cancelled).ConfigureAwait(false);
        var workers = (await store.WorkersAsync(call.Cancelled).ConfigureAwait(false)).Where(worker => !worker.Gone).ToList();
        var figures = await FiguresAsync(call).ConfigureAwait(false);
        var all = new SortedDictionary<string, QueueFacts>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            Of(row.Name).Row = row;
        }

        foreach (var line in lines.Where(line => scope.Sees(line.Queue, line.Type)))
        {
            Of(line.Queue).Add(line, workers);
        }

        if (also is not null)
        {
            Of(also);
        }

        foreach (var queue in all.Values)
        {
            queue._now = call.Now;
            queue._workers = workers.Count(worker => Serves(worker, queue.Name));
            queue.Figures = figures?.ByQueue.FirstOrDefault(one => one.Name == queue.Name);
        }

        // Of one who is limited to some types, a queue that holds none of them is no business.
        return [.. all.Values.Where(queue => scope.Types is null || queue._counts.Count > 0 || queue.Name == also)];

        QueueFacts Of(string name)
        {
            if (!all.TryGetValue(name, out var queue))
            {
                all.Add(name, queue = new() { Name = name });
            }

            return queue;
        }
    }

    /// <summary>How everything does, where it is counted.</summary>
    public static async ValueTask<Statistics?> FiguresAsync(Call call) => call.Site.Services.GetService<IStatistics>() is { } statistics
        ? await statistics.NowAsync(cancellationToken: call.Cancelled).ConfigureAwait(false)
        : null;

    /// <summary>Whether a worker takes jobs of a queue.</summary>
    public static bool Serves(WorkerRow worker, string queue) =>
        !worker.Gone && worker.Facts.Serves(queue);

    /// <summary>Writes it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", Name);
        Times.Write(json, "paused_at", Pause?.At);
        json.WriteString("paused_by", Pause?.By);
        json.WriteString("pause_reason", Pause?.Reason);
        json.WriteStartObject("depth");
        foreach (var state in Shown)
        {
            json.WriteNumber(Words.Of(state), _counts.GetValueOrDefault(state));
        }

        json.WriteEndObject();
        json.WriteNumber("running", _counts.GetValueOrDefault(JobState.Running));
        json.WriteNumber("runnable", Math.Max(0, _counts.GetValueOrDefault(JobState.Queued) - _held));
        JobJson.Milliseconds(json, "oldest_runnable_ms", _oldest is { } since ? Later(_now - since) : null);
        json.WriteNumber("live_workers", _workers);
        json.WriteNumber("in_per_s", Math.Round(Figures?.InPerSecond ?? 0, 3));
        json.WriteNumber("out_per_s", Math.Round(Figures?.OutPerSecond ?? 0, 3));
        JobJson.Milliseconds(json, "wait_p95_ms", Figures?.WaitP95);
        JobJson.Milliseconds(json, "run_p50_ms", Figures?.RunP50);
        JobJson.Milliseconds(json, "run_p95_ms", Figures?.RunP95);
        Limits(json, Row?.Settings ?? new());
        json.WriteStartArray("notes");
        foreach (var type in _idle)
        {
            json.WriteStartObject();
            json.WriteString("code", "no_live_worker");
            json.WriteString("type", type);
            Times.Write(json, "since", _oldest);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("row_version", RowVersion);
        json.WriteEndObject();
    }

    private static void Limits(Utf8JsonWriter json, QueueSettings settings)
    {
        JobJson.Number(json, "max_running", settings.MaxRunning);
        JobJson.Milliseconds(json, "start_slo_ms", settings.StartTarget);
        Share("retry_share", settings.RetryShare);
        Share("ageing_share", settings.AgeingShare);
        JobJson.Milliseconds(json, "ageing_after_ms", settings.AgeingAfter);

        void Share(string name, double? share)
        {
            if (share is { } known)
            {
                json.WriteNumber(name, known);
            }
            else
            {
                json.WriteNull(name);
            }
        }
    }

    private void Add(LineFacts line, List<WorkerRow> workers)
    {
        foreach (var (state, count) in line.Counts)
        {
            _counts[state] = _counts.GetValueOrDefault(state) + count;
        }

        _held += line.Held;
        _oldest = line.OldestRunnableAt is { } at && !(_oldest <= at) ? at : _oldest;
        if (line.Counts.GetValueOrDefault(JobState.Queued) > 0
            && !workers.Exists(worker => Serves(worker, line.Queue) && worker.Facts.Types.Contains(line.Type)))
        {
            _idle.Add(line.Type);
        }
    }

    private static TimeSpan Later(TimeSpan length) => length < TimeSpan.Zero ? TimeSpan.Zero : length;
}
