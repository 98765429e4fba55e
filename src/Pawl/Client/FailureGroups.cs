using Pawl.Storage;

namespace Pawl.Client;

/// <summary>Failures of one fingerprint, put together out of those of its lines. Pure.</summary>
internal static class FailureGroups
{
    private const int MostPoints = 24;

    public static List<FailureGroup> Of(IEnumerable<FailureRow> rows, DateTimeOffset since, DateTimeOffset now) =>
    [
        .. rows.GroupBy(row => row.Fingerprint, StringComparer.Ordinal).Select(group => Of([.. group], since, now))
            .OrderByDescending(group => group.Attempts).ThenByDescending(group => group.LastSeen)
            .ThenBy(group => group.Fingerprint, StringComparer.Ordinal),
    ];

    private static FailureGroup Of(List<FailureRow> rows, DateTimeOffset since, DateTimeOffset now)
    {
        var last = rows.MaxBy(row => row.LastSeen)!;
        var hours = rows.SelectMany(row => row.Hours).ToList();
        return new FailureGroup
        {
            Fingerprint = last.Fingerprint,
            Error = last.Error,
            Attempts = hours.Sum(hour => hour.Attempts),
            Jobs = Jobs(hours, HourOf(since)),
            Dead = rows.Sum(row => row.Dead),
            FirstSeen = rows.Min(row => row.FirstSeen),
            LastSeen = last.LastSeen,
            Sparkline = Sparkline(hours, HourOf(since), now),
            SampleJob = last.SampleJob,
            ByType = Most(rows.GroupBy(row => row.Type, row => row.Hours.Sum(hour => hour.Attempts), StringComparer.Ordinal)),
            ByWorker = Most(hours.GroupBy(hour => hour.WorkerId, hour => hour.Attempts)),
        };
    }

    /// <summary>The jobs of the first hour, whenever they began to fail, and of each later one those that had not failed so before. One
    /// that failed before the window and again after its first hour is missed, unless one hour alone saw more.</summary>
    private static long Jobs(List<FailureHour> hours, DateTimeOffset first) => Math.Max(
        hours.Sum(hour => hour.Hour <= first ? hour.Jobs : hour.NewJobs),
        hours.GroupBy(hour => hour.Hour).Select(hour => hour.Sum(one => one.Jobs)).DefaultIfEmpty().Max());

    private static long[] Sparkline(List<FailureHour> hours, DateTimeOffset first, DateTimeOffset now)
    {
        var count = (int)((HourOf(now) - first).TotalHours + 1);
        var points = new long[Math.Min(MostPoints, count)];
        foreach (var hour in hours)
        {
            var at = (int)(hour.Hour - first).TotalHours;
            points[Math.Clamp(at * points.Length / count, 0, points.Length - 1)] += hour.Attempts;
        }

        return points;
    }

    private static List<KeyValuePair<T, long>> Most<T>(IEnumerable<IGrouping<T, long>> counts) =>
        [.. counts.Select(one => KeyValuePair.Create(one.Key, one.Sum())).OrderByDescending(one => one.Value)];

    private static DateTimeOffset HourOf(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
}
