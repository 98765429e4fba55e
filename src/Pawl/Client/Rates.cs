using Pawl.Storage;

namespace Pawl.Client;

/// <summary>Rates and times out of what was counted by the minute. Pure.</summary>
internal static class Rates
{
    private const double Minute = 60;

    public static long Succeeded(Rollup one) => one.Ended.GetValueOrDefault(Outcome.Succeeded);

    public static long Failed(Rollup one) =>
        one.Ended.GetValueOrDefault(Outcome.Failed) + one.Ended.GetValueOrDefault(Outcome.TimedOut);

    public static long Ended(Rollup one) => one.Ended.Values.Sum();

    /// <summary>How many a second over the last 60 s: all of this minute, and as much of the one before as is missing.</summary>
    public static double PerSecond(IReadOnlyList<Rollup> recent, DateTimeOffset now, Func<Rollup, long> count)
    {
        var begun = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        var passed = Math.Clamp((now - begun).TotalSeconds, 0, Minute);
        var here = recent.Where(one => one.At >= begun).Sum(count);
        var before = recent.Where(one => one.At < begun && one.At >= begun.AddMinutes(-1)).Sum(count);
        return Math.Round((here + (before * (Minute - passed) / Minute)) / Minute, 3);
    }

    public static LineStatistics Of(string name, IReadOnlyList<Rollup> hour, IReadOnlyList<Rollup> recent, DateTimeOffset now)
    {
        var (waits, runs) = (Sum(hour, one => one.Waits), Sum(hour, one => one.Runs));
        return new LineStatistics
        {
            Name = name,
            InPerSecond = PerSecond(recent, now, one => one.Created),
            OutPerSecond = PerSecond(recent, now, Ended),
            PerMinute = Math.Round(hour.Sum(Ended) / Minute, 3),
            Succeeded = hour.Sum(Succeeded),
            Failed = hour.Sum(Failed),
            RunMean = Mean(hour, one => one.Run, runs.Count),
            RunP50 = runs.Percentile(0.5),
            RunP95 = runs.Percentile(0.95),
            WaitMean = Mean(hour, one => one.Wait, waits.Count),
            WaitP50 = waits.Percentile(0.5),
            WaitP95 = waits.Percentile(0.95),
        };
    }

    public static Histogram Sum(IEnumerable<Rollup> rollups, Func<Rollup, Histogram> what) =>
        rollups.Aggregate(Histogram.Empty, (sum, one) => sum.Plus(what(one)));

    public static TimeSpan? Mean(IEnumerable<Rollup> rollups, Func<Rollup, TimeSpan> what, long count) =>
        count == 0 ? null : TimeSpan.FromTicks(rollups.Sum(one => what(one).Ticks) / count);
}
