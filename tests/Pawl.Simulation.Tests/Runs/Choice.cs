using System.Globalization;
using Pawl.Simulation.Tests.Faults;

namespace Pawl.Simulation.Tests.Runs;

/// <summary>What somebody at a keyboard chose by the environment.</summary>
internal static class Choice
{
    /// <summary><c>PAWL_SIM_RUN</c>: only this run.</summary>
    public static int? Run => Number("PAWL_SIM_RUN");

    /// <summary><c>PAWL_SIM_RUNS</c>: so many runs; 1,000 if it is not set.</summary>
    public static int Runs => Number("PAWL_SIM_RUNS") ?? 1_000;

    /// <summary><c>PAWL_SIM_FIRST</c>: the number of the first; 1 if it is not set.</summary>
    public static int First => Number("PAWL_SIM_FIRST") ?? 1;

    /// <summary><c>PAWL_SIM_REPLAYS</c>: so many runs are replayed on PostgreSQL.</summary>
    public static int? Replays => Number("PAWL_SIM_REPLAYS");

    /// <summary>The plan of a run without the faults of <c>PAWL_SIM_OFF</c>, for as many seconds as <c>PAWL_SIM_SAFETY</c> says.</summary>
    public static Plan Plan(int run)
    {
        var off = (Environment.GetEnvironmentVariable("PAWL_SIM_OFF") ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(Enum.Parse<FaultKind>)
            .ToHashSet();
        var safety = double.TryParse(
            Environment.GetEnvironmentVariable("PAWL_SIM_SAFETY"), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : (TimeSpan?)null;
        return Faults.Plan.Of(run, off, safety);
    }

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
