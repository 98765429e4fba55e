using System.Globalization;
using Pawl.EndToEnd.Tests.History;

namespace Pawl.EndToEnd.Tests.Faults;

/// <summary>What a run came to: how much was done, and how fast before and after each fault.</summary>
internal static class Figures
{
    private const double Share = 0.95;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    public static string Of(Run run)
    {
        var outcomes = run.Stored.Attempts.GroupBy(attempt => attempt.Outcome).Select(kind => $"{kind.Key} {kind.Count()}");
        var failed = run.Calls.Where(call => call.What == "fail").Select(call => (call.Life, call.Number)).ToHashSet();
        var stored = run.Stored.Jobs.Select(job => job.Tag).ToHashSet();
        var storedAllTheSame = run.Calls.Count(
            call => call.What == "invoke" && failed.Contains((call.Life, call.Number)) && stored.Contains(call.Tag));
        var stale = run.Stored.Events.Count(happened => happened.Kind == "stale_write");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{run.Faults.Count} faults, {run.Lives.Count(life => life.Killed)} kills, "
            + $"{run.Calls.Count(call => call.What == "invoke")} calls, {failed.Count} failed ({storedAllTheSame} stored all the same), "
            + $"{run.Stored.Jobs.Count} jobs, {run.Stored.Events.Count} events, {stale} stale writes refused, attempts: "
            + $"{string.Join(", ", outcomes.Order(StringComparer.Ordinal))}; {Rates(run)}");
    }

    /// <summary>Fails when the rate was not back in time after each fault.</summary>
    public static void Recovered(Run run)
    {
        var ends = Ends(run);
        var before = Before(run, ends);
        Assert.All(run.Faults, fault =>
        {
            var back = Back(run, ends, fault, before);
            Assert.True(back <= Limit, $"{fault.What}: back at {Share:P0} of {before:F0} jobs/s after {back}");
        });
    }

    private static string Rates(Run run)
    {
        if (run.Faults.Count == 0)
        {
            return "no fault";
        }

        var ends = Ends(run);
        var before = Before(run, ends);
        var backs = run.Faults.Select(fault => Back(run, ends, fault, before)).Select(back => back?.TotalSeconds ?? double.NaN).ToList();
        var after = Rate(ends, run.Faults[^1].ToMono + Ticks(Limit), Asked(run));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{before:F1} jobs/s before, {after:F1} after ({after / before:P1}); back at {Share:P0} after "
            + $"{string.Join(' ', backs.Select(back => back.ToString("F1", CultureInfo.InvariantCulture)))} s");
    }

    /// <summary>How long after a fault the work goes as fast again as before all faults; null when it never did before the next.</summary>
    private static TimeSpan? Back(Run run, long[] ends, Fault fault, double before)
    {
        var until = run.Faults.Where(next => next.FromMono > fault.ToMono).Select(next => next.FromMono).DefaultIfEmpty(Asked(run)).Min();
        var step = Ticks(TimeSpan.FromMilliseconds(100));
        for (var from = fault.ToMono; from + Ticks(Window) <= until; from += step)
        {
            if (Rate(ends, from, from + Ticks(Window)) >= Share * before)
            {
                return TimeSpan.FromSeconds((double)(from - fault.ToMono) / TimeProvider.System.TimestampFrequency);
            }
        }

        return null;
    }

    /// <summary>From a second after the first job ended to the first fault.</summary>
    private static double Before(Run run, long[] ends) =>
        Rate(ends, ends[0] + Ticks(TimeSpan.FromSeconds(1)), run.Faults.Select(fault => fault.FromMono).DefaultIfEmpty(Asked(run)).Min());

    /// <summary>Until when there was more to do.</summary>
    private static long Asked(Run run) => run.Calls[^1].Mono;

    private static long[] Ends(Run run) => [.. run.Effects.Where(effect => effect.IsEnd).Select(effect => effect.Mono).Order()];

    private static double Rate(long[] ends, long from, long to) => to <= from
        ? double.NaN
        : ends.Count(end => end >= from && end < to) / ((double)(to - from) / TimeProvider.System.TimestampFrequency);

    private static long Ticks(TimeSpan length) => (long)(length.TotalSeconds * TimeProvider.System.TimestampFrequency);
}
