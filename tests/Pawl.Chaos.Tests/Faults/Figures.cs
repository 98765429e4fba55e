using System.Globalization;
using Pawl.Chaos.Tests.History;

namespace Pawl.Chaos.Tests.Faults;

/// <summary>What a run came to: how much was done, and how fast before and after each fault.</summary>
/// <remarks>The rate is how many seconds of plain jobs' work are ended a second: the handlers of these do nothing but wait as long as their
/// payload says, so a slow store does not lengthen them, and a change in the mix of short and long jobs does not pass for one of the
/// rate.</remarks>
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

    /// <summary>The rate before the first fault, and from a while after the last one on.</summary>
    public static (double Before, double After) Around(Run run)
    {
        var ends = Ends(run);
        return (Before(run, ends), Rate(ends, run.Faults[^1].ToMono + Ticks(Limit), Asked(run)));
    }

    /// <summary>Fails when the rate was not back in time after each fault.</summary>
    public static void Recovered(Run run)
    {
        var ends = Ends(run);
        var before = Before(run, ends);
        Assert.All(run.Faults, fault =>
        {
            var back = Back(run, ends, fault, before);
            Assert.True(back <= Limit, $"{fault.What}: back at {Share:P0} of {before:F1} s of work a second after {back}");
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
            $"{before:F1} s of work a second before, {after:F1} after ({after / before:P1}); back at {Share:P0} after "
            + $"{string.Join(' ', backs.Select(back => back.ToString("F1", CultureInfo.InvariantCulture)))} s");
    }

    /// <summary>How long after a fault the work goes as fast again as before all faults; null when it never did before the next.</summary>
    private static TimeSpan? Back(Run run, (long Mono, double Work)[] ends, Fault fault, double before)
    {
        var until = run.Faults.Where(next => next.FromMono > fault.ToMono).Select(next => next.FromMono).DefaultIfEmpty(Asked(run)).Min();
        var step = Ticks(TimeSpan.FromMilliseconds(100));
        for (var from = fault.ToMono; from + Ticks(Window) <= until; from += step)
        {
            if (Rate(ends, from, from + Ticks(Window)) >= Share * before)
            {
                return TimeSpan.FromSeconds(Seconds(from - fault.ToMono));
            }
        }

        return null;
    }

    /// <summary>From a second after the first job ended to the first fault.</summary>
    private static double Before(Run run, (long Mono, double Work)[] ends) =>
        Rate(
            ends,
            ends[0].Mono + Ticks(TimeSpan.FromSeconds(1)),
            run.Faults.Select(fault => fault.FromMono).DefaultIfEmpty(Asked(run)).Min());

    /// <summary>Until when there was more to do.</summary>
    private static long Asked(Run run) => run.Calls[^1].Mono;

    private static (long Mono, double Work)[] Ends(Run run)
    {
        var plain = run.Stored.Jobs.Where(job => job.Type == "victim.plain").Select(job => job.Id).ToHashSet();
        var starts = run.Effects.Where(effect => effect.IsStart).ToLookup(effect => (effect.Job, effect.Attempt), effect => effect.Mono);
        return
        [
            .. run.Effects.Where(effect => effect.IsEnd && plain.Contains(effect.Job))
                .Select(effect => (effect.Mono, Seconds(effect.Mono - starts[(effect.Job, effect.Attempt)].Max())))
                .OrderBy(end => end.Mono),
        ];
    }

    private static double Rate((long Mono, double Work)[] ends, long from, long to) => to <= from
        ? double.NaN
        : ends.Where(end => end.Mono >= from && end.Mono < to).Sum(end => end.Work) / Seconds(to - from);

    private static double Seconds(long ticks) => (double)ticks / TimeProvider.System.TimestampFrequency;

    private static long Ticks(TimeSpan length) => (long)(length.TotalSeconds * TimeProvider.System.TimestampFrequency);
}
