using System.Globalization;
using Pawl.Storage;

namespace Pawl.Client;

/// <summary>How many runnable jobs waited, over time, out of one look a minute. Pure.</summary>
internal static class DepthLines
{
    public const string Metric = "queued";

    /// <param name="query">What is asked for.</param>
    /// <param name="times">Where the points begin.</param>
    /// <param name="samples">What was seen, in order of time.</param>
    /// <param name="kept">How much time one look stands for.</param>
    /// <param name="present">What is seen now: the last point.</param>
    public static IEnumerable<StatisticsLine> Of(
        SeriesQuery query, IReadOnlyList<DateTimeOffset> times, IReadOnlyList<DepthSample> samples, TimeSpan kept, DepthSample present)
    {
        var points = times.Select((at, n) => n == times.Count - 1 ? present : At(samples, at, query.Step, kept)).ToList();
        var seen = points.OfType<DepthSample>().SelectMany(sample => sample.Rows).GroupBy(row => KeyOf(row, query.By))
            .OrderByDescending(rows => rows.Sum(row => row.Queued)).ThenBy(rows => rows.Key, StringComparer.Ordinal)
            .Select(rows => rows.Key).ToList();
        var alone = seen.Take(SeriesMaker.MostKeys).ToHashSet();
        var keys = query.By is null ? [null]
            : seen.Count > SeriesMaker.MostKeys ? [.. seen.Take(SeriesMaker.MostKeys), SeriesMaker.Other]
            : seen;
        return keys.Select(key => new StatisticsLine(Metric, key, [.. points.Select(point => (double?)point?.Rows
            .Where(row => KeyOf(row, query.By) is var own && (own == key || (key == SeriesMaker.Other && !alone.Contains(own))))
            .Sum(row => row.Queued))]));
    }

    private static DepthSample? At(IReadOnlyList<DepthSample> samples, DateTimeOffset at, TimeSpan step, TimeSpan kept) =>
        samples.LastOrDefault(sample => sample.At < at + step && sample.At + kept > at);

    private static string? KeyOf(DepthRow row, string? by) => by switch
    {
        "type" => row.Type,
        "queue" => row.Queue,
        SeriesMaker.ByPriority => row.Priority.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };
}
