using System.Globalization;
using Pawl.Storage;

namespace Pawl.Client;

/// <summary>Rows of numbers over time out of what was counted by the minute. Pure.</summary>
internal static class SeriesMaker
{
    private const int MostPoints = 1_000;

    /// <summary>How many keys have a row of their own.</summary>
    public const int MostKeys = 20;

    /// <summary>The key of all others together.</summary>
    public const string Other = "other";

    public const string ByPriority = "priority";

    private static readonly Dictionary<string, Func<Rollup, long>> PerSecond = new(StringComparer.Ordinal)
    {
        ["created_per_s"] = one => one.Created,
        ["started_per_s"] = one => one.Started,
        ["succeeded_per_s"] = Rates.Succeeded,
        ["failed_per_s"] = Rates.Failed,
        ["cancelled_per_s"] = one => one.Ended.GetValueOrDefault(Outcome.Cancelled),
        ["lost_per_s"] = one => one.Ended.GetValueOrDefault(Outcome.Lost),
        ["died_per_s"] = one => one.Died,
    };

    private static readonly Dictionary<string, Func<IReadOnlyList<Rollup>, double?>> Means = new(StringComparer.Ordinal)
    {
        ["error_rate"] = all => all.Sum(Rates.Succeeded) + all.Sum(Rates.Failed) is var ended and > 0
            ? Math.Round((double)all.Sum(Rates.Failed) / ended, 4)
            : null,
        ["wait_mean_ms"] = all => Millis(Rates.Mean(all, one => one.Wait, Rates.Sum(all, one => one.Waits).Count)),
        ["wait_p50_ms"] = all => Millis(Rates.Sum(all, one => one.Waits).Percentile(0.5)),
        ["wait_p95_ms"] = all => Millis(Rates.Sum(all, one => one.Waits).Percentile(0.95)),
        ["run_mean_ms"] = all => Millis(Rates.Mean(all, one => one.Run, Rates.Sum(all, one => one.Runs).Count)),
        ["run_p50_ms"] = all => Millis(Rates.Sum(all, one => one.Runs).Percentile(0.5)),
        ["run_p95_ms"] = all => Millis(Rates.Sum(all, one => one.Runs).Percentile(0.95)),
    };

    public static TimeSpan Longest { get; } = TimeSpan.FromDays(30);

    public static void Check(SeriesQuery query)
    {
        var unknown = query.Metrics.FirstOrDefault(
            name => name != DepthLines.Metric && !PerSecond.ContainsKey(name) && !Means.ContainsKey(name));
        if (query.Metrics.Count == 0 || unknown is not null)
        {
            throw Refused(
                $"There is no metric '{unknown}'. There are {string.Join(", ", [DepthLines.Metric, .. PerSecond.Keys, .. Means.Keys])}; "
                + "name one or more.");
        }

        if (query.By is not (null or "type" or "queue" or ByPriority))
        {
            throw Refused($"Numbers over time are kept by 'type', 'queue' and 'priority', but '{query.By}' was asked for.");
        }

        if (query.Window < TimeSpan.FromMinutes(1) || query.Window > Longest)
        {
            throw Refused($"A window is 1 minute to 30 days, but was {Durations.Format(query.Window)}.");
        }

        if (query.Step < TimeSpan.FromSeconds(1) || query.Window / query.Step > MostPoints)
        {
            throw Refused(string.Create(
                CultureInfo.InvariantCulture,
                $"A step is 1 s or more and makes at most {MostPoints:N0} points, but {Durations.Format(query.Step)} in "
                + $"{Durations.Format(query.Window)} was asked for. Take a longer step."));
        }
    }

    /// <summary>The step in which the store is asked: that of the query where it is of whole minutes, else a minute.</summary>
    public static TimeSpan KeptStep(TimeSpan step) =>
        step.Ticks % TimeSpan.TicksPerMinute == 0 ? step : TimeSpan.FromMinutes(1);

    /// <summary>When the first point begins.</summary>
    public static DateTimeOffset FirstOf(SeriesQuery query, DateTimeOffset now)
    {
        var last = now.UtcTicks - ((now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) % query.Step.Ticks);
        return new DateTimeOffset(last, TimeSpan.Zero) - ((Count(query) - 1) * query.Step);
    }

    public static bool NeedsTimes(IReadOnlyList<string> metrics) => metrics.Any(Means.ContainsKey);

    /// <summary>When the points begin.</summary>
    public static IReadOnlyList<DateTimeOffset> TimesOf(SeriesQuery query, DateTimeOffset now)
    {
        var first = FirstOf(query, now);
        return [.. Enumerable.Range(0, Count(query)).Select(n => first + (n * query.Step))];
    }

    /// <summary>The rows of what was counted by the minute. Nothing of that is kept by priority, so by priority it is all of
    /// <see cref="Other"/>.</summary>
    public static IEnumerable<StatisticsLine> Of(
        SeriesQuery query, IReadOnlyList<DateTimeOffset> times, IReadOnlyList<Rollup> rollups, TimeSpan kept)
    {
        var keyOf = query.By switch
        {
            "type" => (Func<Rollup, string?>)(one => one.Type),
            "queue" => one => one.Queue,
            _ => _ => null,
        };
        var groups = query.By == ByPriority ? [(Other, rollups)] : Groups(rollups, keyOf, query.By is null);
        return query.Metrics.Where(metric => metric != DepthLines.Metric).SelectMany(metric => groups.Select(group =>
            new StatisticsLine(metric, group.Key, [.. times.Select(at => Value(metric, group.Rollups, at, query.Step, kept))])));
    }

    private static int Count(SeriesQuery query) => (int)Math.Ceiling(query.Window / query.Step);

    /// <summary>Those with most to tell by themselves, the rest together.</summary>
    private static List<(string? Key, IReadOnlyList<Rollup> Rollups)> Groups(
        IReadOnlyList<Rollup> rollups, Func<Rollup, string?> keyOf, bool together)
    {
        if (together)
        {
            return [(null, rollups)];
        }

        var all = rollups.GroupBy(keyOf).OrderByDescending(group => group.Sum(one => one.Created + one.Started + Rates.Ended(one)))
            .ThenBy(group => group.Key, StringComparer.Ordinal).ToList();
        var groups = all.Take(MostKeys).Select(group => (group.Key, (IReadOnlyList<Rollup>)[.. group])).ToList();
        if (all.Count > MostKeys)
        {
            groups.Add((Other, [.. all.Skip(MostKeys).SelectMany(group => group)]));
        }

        return groups;
    }

    private static double? Value(string metric, IReadOnlyList<Rollup> rollups, DateTimeOffset at, TimeSpan step, TimeSpan kept)
    {
        var here = rollups.Where(one => one.At < at + step && one.At + kept > at).ToList();
        if (!PerSecond.TryGetValue(metric, out var count))
        {
            return Means[metric](here);
        }

        // What was counted in a step of the store is spread evenly over it.
        var sum = here.Sum(one => count(one) * (Earlier(at + step, one.At + kept) - Later(at, one.At)).TotalSeconds / kept.TotalSeconds);
        return Math.Round(sum / step.TotalSeconds, 4);
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static double? Millis(TimeSpan? length) => length is { } known ? Math.Round(known.TotalMilliseconds, 1) : null;

    private static PawlException Refused(string message) => new("out_of_range", message);
}
