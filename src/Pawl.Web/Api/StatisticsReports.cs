using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Shows what happens, in numbers: now, over time, and what they ask for in workers.</summary>
internal static class StatisticsReports
{
    private const string UsualMetrics = "created_per_s,succeeded_per_s,failed_per_s";
    private const string Depth = "queued";

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/api/stats", Need.Viewer, ShowAsync)
        {
            Does = "Shows rates, counts and times as they are now.", Answers = [new(200, "Statistics")],
        },
        new("GET", "/api/stats/series", Need.Viewer, SeriesAsync)
        {
            Does = "Shows numbers over time.",
            Query =
            [
                new("metrics", $"Which, with commas between; default {UsualMetrics}, and {Depth} by priority."),
                new("window", "How far to look back, such as 15m; default 1h, at most 30d."),
                new("step", "How much time one point is of, such as 10s; default a minute, or more where that were over 1,000 points."),
                new("by", "type, queue or priority; default all together. By priority, rates are all of the key other."),
            ],
            Answers = [new(200, "StatisticsSeries")],
        },
        new("GET", "/api/scaling", Need.Viewer, ScalingAsync)
        {
            Does = "Says how many workers the work at hand asks for.",
            Query = [new("queue", "For one queue."), new("type", "For one type.")], Answers = [new(200, "ScalingAdvice")],
        },
    ];

    /// <summary>Looks how things stand, as far as the caller may see.</summary>
    /// <returns>What writes it.</returns>
    public static async Task<Action<Utf8JsonWriter>> ReadAsync(Call call)
    {
        var now = await Of(call).NowAsync(call.Caller.Scope, call.Cancelled).ConfigureAwait(false);
        return json => Write(json, call.Site, now);
    }

    /// <summary>What counts.</summary>
    public static IStatistics Of(Call call) => call.Site.Services.GetRequiredService<IStatistics>();

    /// <summary>A query parameter that is a length of time, such as <c>1h</c>.</summary>
    /// <exception cref="ProblemException"><c>duration_invalid</c>.</exception>
    public static TimeSpan? Length(Call call, string name)
    {
        if (call.Query(name) is not { } text)
        {
            return null;
        }

        return Durations.TryParse(text, out var length) && length > TimeSpan.Zero
            ? length
            : throw Fields.Fault(
                $"?{name}", "duration_invalid", $"A length of time is written like 10s, 15m or 24h, not {Shown.Text(text)}.");
    }

    private static async Task ShowAsync(Call call) =>
        await call.JsonAsync(200, await ReadAsync(call).ConfigureAwait(false)).ConfigureAwait(false);

    private static void Write(Utf8JsonWriter json, Site site, Statistics now)
    {
        json.WriteStartObject();
        Times.Write(json, "as_of", now.AsOf);
        json.WriteStartObject("rates");
        Number(json, "created_per_s", now.CreatedPerSecond);
        Number(json, "succeeded_per_s", now.SucceededPerSecond);
        Number(json, "failed_per_s", now.FailedPerSecond);
        json.WriteEndObject();
        Number(json, "error_rate_1h", now.ErrorRate);
        CountsJson.States(json, "counts", now.Counts);
        JobJson.Milliseconds(json, "oldest_runnable_ms", now.OldestRunnable);
        json.WriteStartArray("depth_by_priority");
        foreach (var (priority, count) in now.DepthByPriority)
        {
            json.WriteStartObject();
            json.WriteNumber("priority", priority);
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("by_type");
        foreach (var type in now.ByType)
        {
            json.WriteStartObject();
            json.WriteString("type", type.Name);
            JobJson.Milliseconds(json, "run_mean_ms", type.RunMean);
            JobJson.Milliseconds(json, "run_p50_ms", type.RunP50);
            JobJson.Milliseconds(json, "run_p95_ms", type.RunP95);
            JobJson.Milliseconds(json, "wait_mean_ms", type.WaitMean);
            JobJson.Milliseconds(json, "wait_p50_ms", type.WaitP50);
            JobJson.Milliseconds(json, "wait_p95_ms", type.WaitP95);
            Number(json, "per_min", type.PerMinute);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Store(json, site);
        json.WriteStartObject("workers");
        json.WriteNumber("ready", now.WorkersReady);
        json.WriteNumber("slots", now.Slots);
        json.WriteNumber("slots_used", now.SlotsUsed);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Store(Utf8JsonWriter json, Site site)
    {
        json.WriteStartObject("store");
        json.WriteString("kind", site.Store.Info.Kind);
        if (site.Store.Pool is { } pool)
        {
            json.WriteStartObject("pool");
            json.WriteNumber("max", pool.Max);
            json.WriteNumber("total", pool.Total);
            json.WriteNumber("idle", pool.Idle);
            json.WriteNumber("waiting", pool.Waiting);
            json.WriteEndObject();
        }

        if (site.Store.Files is { } files)
        {
            JobJson.Milliseconds(json, "write_wait_p95_ms", files.WriteWait);
            json.WriteNumber("wal_bytes", files.WalBytes);
            json.WriteNumber("file_bytes", files.FileBytes);
        }

        json.WriteEndObject();
    }

    private static async Task SeriesAsync(Call call)
    {
        var by = call.Query("by");
        var metrics = (call.Query("metrics") ?? (by == "priority" ? Depth : UsualMetrics))
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var window = Length(call, "window") ?? TimeSpan.FromHours(1);
        var step = Length(call, "step") ?? UsualStep(window);
        var query = new SeriesQuery(metrics, window, step, by);
        var series = await Of(call).SeriesAsync(query, call.Caller.Scope, call.Cancelled).ConfigureAwait(false);
        await call.JsonAsync(200, json =>
        {
            json.WriteStartObject();
            JobJson.Milliseconds(json, "step_ms", series.Step);
            json.WriteStartArray("t");
            foreach (var time in series.Times)
            {
                json.WriteNumberValue(time.ToUnixTimeSeconds());
            }

            json.WriteEndArray();
            json.WriteStartArray("series");
            foreach (var (metric, key, values) in series.Series)
            {
                json.WriteStartObject();
                json.WriteString("metric", metric);
                json.WriteString("key", key);
                json.WriteStartArray("v");
                foreach (var value in values)
                {
                    if (value is { } known)
                    {
                        json.WriteNumberValue(Math.Round(known, 4));
                    }
                    else
                    {
                        json.WriteNullValue();
                    }
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static TimeSpan UsualStep(TimeSpan window) => TimeSpan.FromMinutes(Math.Max(1, Math.Ceiling(window.TotalMinutes / 1_000)));

    private static async Task ScalingAsync(Call call)
    {
        var (queue, type) = (call.Query("queue"), call.Query("type"));
        var advice = await call.Site.Services.GetRequiredService<IScaling>()
            .AdviseAsync(queue, type, call.Caller.Scope, call.Cancelled).ConfigureAwait(false);
        await call.JsonAsync(200, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("desired", advice.Desired);
            json.WriteNumber("current", advice.Current);
            json.WriteNumber("running", advice.Running);
            json.WriteNumber("runnable", advice.Runnable);
            json.WriteNumber("not_runnable", advice.NotRunnable);
            Number(json, "arrival_per_s", advice.ArrivalPerSecond);
            Number(json, "service_s", advice.Service.TotalSeconds);
            Number(json, "drain_target_s", advice.DrainTarget.TotalSeconds);
            json.WriteNumber("min", advice.Min);
            json.WriteNumber("max", advice.Max);
            json.WriteString("reason", advice.Reason);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static void Number(Utf8JsonWriter json, string name, double value) => json.WriteNumber(name, Math.Round(value, 4));
}
