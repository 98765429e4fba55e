using Pawl.Chaos.Tests.History;
using Pawl.Chaos.Tests.Kill;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Faults;

/// <summary>20 callers and two processes of 8 slots each, on jobs of 50 to 300 ms, with faults in the middle of it.</summary>
internal static class Load
{
    /// <summary>Whether the full counts are asked for, with the rates measured: <c>PAWL_TEST_FULL=1</c>, for a machine that does nothing
    /// else.</summary>
    public static bool Full => Environment.GetEnvironmentVariable("PAWL_TEST_FULL") == "1";

    /// <summary>The lease of the workers under test: short, so that their deaths are soon found out, but on a machine that has other things
    /// to do so long that each of them comes to tell that it lives.</summary>
    public static TimeSpan Lease { get; } = TimeSpan.FromSeconds(Full ? 5 : 15);

    /// <summary>What may pass until the jobs of a dead worker are offered again: its lease, and what the sweep may add.</summary>
    public static TimeSpan Recovery { get; } = Within(Lease + TimeSpan.FromSeconds(5));

    /// <summary>How long something may take that is promised within a time: that time in full, and several times as long on a machine that
    /// has other things to do.</summary>
    public static TimeSpan Within(TimeSpan promised) => Full ? promised : 6 * promised;

    /// <summary>How many handlers of one process return between two faults: about 1 s of work, and 15 s in full.</summary>
    public static int Between => Full ? 700 : 50;

    /// <summary>Lets the time pass that a fault of a given length takes.</summary>
    public static async Task PassAsync(TimeSpan time)
    {
        using var tick = new PeriodicTimer(time, TimeProvider.System);
        await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Runs it, drains it, and checks that every promise was kept.</summary>
    /// <param name="place">Where.</param>
    /// <param name="output">Where its figures go.</param>
    /// <param name="row">Where its verdict goes.</param>
    /// <param name="faults">Does what is to be survived; given a worker.</param>
    /// <param name="rate">Whether the rate must be back in time after each of them.</param>
    public static async Task<Run> RunAsync(
        Installation place, ITestOutputHelper output, FaultRow row, Func<Victim, Task> faults, bool rate = true)
    {
        await using var asking = place.Start("ask");
        await using var first = place.StartWorker();
        await using var second = place.StartWorker();
        await Task.WhenAll(asking.ReadyAsync(), first.ReadyAsync(), second.ReadyAsync());
        await first.ReturnsAsync(Between);
        await faults(first);
        await place.StopAsync(asking);
        await place.StopAsync(first, second);
        var run = await place.DrainAsync();
        output.WriteLine(Figures.Of(run));
        row.Prove(run);
        Assert.All(run.Stored.Jobs, job => Assert.True(job.Type != "victim.plain" || job.State == "succeeded", $"{job}"));
        if (Full && rate)
        {
            Figures.Recovered(run);
        }

        return run;
    }
}
