using System.Globalization;
using System.Text;
using Pawl.Simulation.Tests.Faults;
using Pawl.Simulation.Tests.Proofs;

namespace Pawl.Simulation.Tests.Runs;

/// <summary>Looks for a simpler run that still breaks a promise: fewer kinds of faults, then less time.</summary>
internal static class Shrinker
{
    private const int Halvings = 6;

    /// <summary>Says what is broken, and how to see it again.</summary>
    public static string Tell(Plan plan, Report report)
    {
        var off = new HashSet<FaultKind>();
        foreach (var kind in plan.Kinds)
        {
            off.Add(kind);
            if (Runner.Make(Plan.Of(plan.Run, off, plan.Safety)).Broken.Count == 0)
            {
                off.Remove(kind);
            }
        }

        var (least, most) = (TimeSpan.Zero, plan.Safety);
        for (var n = 0; n < Halvings; n++)
        {
            var middle = (least + most) / 2;
            (least, most) = Runner.Make(Plan.Of(plan.Run, off, middle)).Broken.Count == 0 ? (middle, most) : (least, middle);
        }

        var shrunk = Plan.Of(plan.Run, off, most);
        return Say(plan, report, shrunk, Runner.Make(shrunk), off);
    }

    private static string Say(Plan plan, Report report, Plan shrunk, Report left, HashSet<FaultKind> off)
    {
        var text = new StringBuilder().AppendLine(
            CultureInfo.InvariantCulture, $"Run {plan.Run} with {Join(plan.Kinds)} breaks its promises:");
        report.Broken.ForEach(broken => text.Append("  ").AppendLine(broken));
        text.AppendLine(CultureInfo.InvariantCulture, $"To see it again: dotnet run --project tests/Pawl.Simulation.Tests -- {plan.Run}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Simpler, with {Join(shrunk.Kinds)}:");
        left.Broken.ForEach(broken => text.Append("  ").AppendLine(broken));
        text.Append(
            CultureInfo.InvariantCulture,
            $"To see that: PAWL_SIM_OFF={string.Join(',', off)} PAWL_SIM_SAFETY={shrunk.Safety.TotalSeconds} ");
        return text.AppendLine(CultureInfo.InvariantCulture, $"dotnet run --project tests/Pawl.Simulation.Tests -- {plan.Run}").ToString();
    }

    private static string Join(IEnumerable<FaultKind> kinds) => kinds.Any() ? string.Join(", ", kinds) : "no faults";
}
