using System.Diagnostics;
using System.Globalization;
using Pawl.Simulation.Tests.Faults;
using Pawl.Simulation.Tests.Proofs;
using Pawl.Simulation.Tests.Runs;

namespace Pawl.Simulation.Tests;

/// <summary>The engine and the SQL as users have them, on a virtual time, with all that can go wrong.</summary>
/// <remarks><c>PAWL_SIM_RUN</c> makes one run only, <c>PAWL_SIM_RUNS</c> and <c>PAWL_SIM_FIRST</c> choose others.</remarks>
public sealed class SimulationTests
{
    [Fact]
    public void Whatever_breaks_every_promise_is_kept_and_every_job_ends()
    {
        var runs = Choice.Run is { } only
            ? [(Choice.Plan(only), Runner.MakeTwice(Choice.Plan(only)))]
            : Runner.MakeAll(Choice.First, Choice.Runs);
        var broken = runs.Where(run => run.Item2.Broken.Count > 0).ToList();
        Assert.True(
            broken.Count == 0,
            $"{broken.Count} of {runs.Count} runs broke promises: {string.Join(", ", broken.Select(run => run.Item1.Run))}"
            + Environment.NewLine + string.Join(Environment.NewLine, broken.Take(3).Select(run => Shrinker.Tell(run.Item1, run.Item2))));

        // A simulator that does not see the rare cases proves nothing of them.
        var seen = runs.SelectMany(run => run.Item2.Seen.Keys).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(runs.Count < 1_000 ? [] : Rare.All.Where(rare => !seen.Contains(rare)));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(104)]
    [InlineData(211)]
    public void A_run_is_the_same_in_another_process(int run)
    {
        // Hash codes of strings differ from process to process: what comes out in their order shows itself here and nowhere else.
        using var other = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!,
            [.. Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? [typeof(World).Assembly.Location] : (string[])[],
                run.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        })!;
        var said = other.StandardOutput.ReadToEnd();
        other.WaitForExit();
        var here = Runner.Make(Plan.Of(run));
        Assert.Contains($"hash {here.Hash:x16}", said, StringComparison.Ordinal);
        Assert.Empty(here.Broken);
    }

    [Fact]
    public void Another_number_is_another_run() => Assert.NotEqual(Runner.Make(Plan.Of(1)).Hash, Runner.Make(Plan.Of(2)).Hash);
}
