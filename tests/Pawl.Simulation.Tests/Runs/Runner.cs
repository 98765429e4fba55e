using Pawl.Simulation.Tests.Faults;
using Pawl.Simulation.Tests.Proofs;
using Pawl.Simulation.Tests.Replays;

namespace Pawl.Simulation.Tests.Runs;

/// <summary>Makes runs, one on a thread at a time.</summary>
internal static class Runner
{
    // Of so many runs one is made twice: it must be the same to the last step.
    private const int TwiceEvery = 4;

    /// <summary>Makes one run.</summary>
    public static Report Make(Plan plan) => Make(plan, null);

    /// <summary>Makes one run, and keeps all that it asked of its store and was answered.</summary>
    public static Tape Tape(Plan plan)
    {
        var tape = new Tape();
        var report = Make(plan, tape);
        Assert.Empty(report.Broken);
        return tape;
    }

    private static Report Make(Plan plan, Tape? tape)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            using var world = new World(plan, tape);
            return world.Run();
        }
        catch (Exception error)
        {
            var report = new Report();
            report.Breaks("simulator", error.ToString());
            return report;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Makes many runs on all cores; the reports in the order of their numbers.</summary>
    public static IReadOnlyList<(Plan Plan, Report Report)> MakeAll(int first, int count)
    {
        var made = new (Plan, Report)[count];
        var next = -1;
        var threads = Enumerable.Range(0, Math.Min(count, Environment.ProcessorCount)).Select(_ => new Thread(() =>
        {
            for (int n; (n = Interlocked.Increment(ref next)) < count;)
            {
                var plan = Plan.Of(first + n);
                made[n] = (plan, plan.Run % TwiceEvery == 0 ? MakeTwice(plan) : Make(plan));
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return made;
    }

    /// <summary>Makes a run twice: what differs cannot be replayed.</summary>
    public static Report MakeTwice(Plan plan)
    {
        var (once, twice) = (Make(plan), Make(plan));
        if (once.Hash != twice.Hash)
        {
            once.Breaks("simulator", $"the run is not the same when it is repeated: {once.Hash:x16} and {twice.Hash:x16}");
        }

        return once;
    }
}
