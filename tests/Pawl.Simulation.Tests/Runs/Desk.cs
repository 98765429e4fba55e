using System.Globalization;
using Pawl.Simulation.Tests.Proofs;
using Pawl.Simulation.Tests.Worlds;

namespace Pawl.Simulation.Tests.Runs;

/// <summary>Runs for somebody who looks at them.</summary>
internal static class Desk
{
    /// <summary>Makes one run and prints all that happened.</summary>
    public static int Show(int run, TextWriter to)
    {
        var plan = Choice.Plan(run);
        using var world = new World(plan);
        world.Referee.Told = (now, line) => to.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{NodeClock.True(now):HH:mm:ss.ffff} {line}"));
        var report = world.Run();
        to.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"run {run} with {string.Join(' ', plan.Kinds)}: {report.Jobs} jobs, {report.Events} events, hash {report.Hash:x16}"));
        report.Broken.ForEach(to.WriteLine);
        return report.Broken.Count == 0 ? 0 : 1;
    }

    /// <summary>Makes runs until one breaks a promise, and prints which.</summary>
    /// <returns>1 when one did, 0 when none of so many did.</returns>
    public static int Hunt(int most)
    {
        const int AtOnce = 20;
        for (var first = 1; first <= most; first += AtOnce)
        {
            foreach (var (plan, report) in Runner.MakeAll(first, Math.Min(AtOnce, most - first + 1)))
            {
                if (report.Broken is [var broken, ..])
                {
                    Console.WriteLine($"run {plan.Run}: {broken.ReplaceLineEndings(" ")}");
                    return 1;
                }
            }
        }

        Console.WriteLine($"{most} runs");
        return 0;
    }

    /// <summary>Makes many runs and prints what they showed.</summary>
    public static int Sweep(int first, int last)
    {
        var since = TimeProvider.System.GetTimestamp();
        var all = Runner.MakeAll(first, last - first + 1);
        var bad = all.Where(run => run.Report.Broken.Count > 0).ToList();
        foreach (var (plan, report) in bad.Take(10))
        {
            Console.WriteLine(Shrinker.Tell(plan, report));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{all.Count} runs in {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s, {bad.Count} broken; "
            + $"{all.Sum(run => run.Report.Jobs)} jobs, {all.Sum(run => run.Report.Events)} events, "
            + $"{all.Sum(run => run.Report.Steps)} steps"));
        foreach (var rare in Rare.All)
        {
            Console.WriteLine($"  {rare}: in {all.Count(run => run.Report.Seen.ContainsKey(rare))} runs");
        }

        return bad.Count == 0 ? 0 : 1;
    }
}
