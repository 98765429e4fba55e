using Pawl.Checker.Model;

namespace Pawl.Checker.Rules;

/// <summary>What cannot be stored is refused in time and never acknowledged (G20); what fails has a fault that explains it; a store that is
/// not as it should be is met as it must (G18).</summary>
internal static class FaultRules
{
    public static void Check(History history, Judgement judgement)
    {
        var asked = history.Calls.Where(call => call is { Asks: true, What: "invoke" })
            .GroupBy(call => (call.Process, call.Number)).ToDictionary(call => call.Key, call => call.First().Mono);
        var (failed, which, slowest) = (0, "", 0.0);
        foreach (var call in history.Calls.Where(call => call.Asks && call.What != "invoke"))
        {
            var began = asked.GetValueOrDefault((call.Process, call.Number));
            var refusing = history.Faults.Find(fault => fault.Refuses && began >= fault.FromMono && call.Mono <= fault.ToMono);
            if (call.What == "ok")
            {
                if (refusing is not null && !call.Deduplicated)
                {
                    judgement.Find(
                        "acks_while_faulted", "acknowledged", call.Number,
                            $"{call.Kind} {call.Tag} was acknowledged during {refusing.Name}");
                }

                continue;
            }

            if (refusing is not null)
            {
                slowest = Math.Max(slowest, (call.Mono - began) / 1_000_000.0);
            }

            if (!history.Faults.Exists(fault => fault.Excuses(began, call.Mono)))
            {
                (failed, which) = (failed + 1, $"call {call.Number} of process {call.Process} ({call.Kind}): {call.Error}");
            }
        }

        judgement.Limit("failed_without_fault", failed, 0, which);
        judgement.Limit("refusal_ms", slowest, history.Settings.RefusalMs);
        var wrong = history.Startups.Where(startup => !IsRight(startup)).ToList();
        judgement.Limit("startups_wrong", wrong.Count, 0, string.Join("; ", wrong));
    }

    private static bool IsRight(Startup startup) => startup.Schema switch
    {
        "missing" => startup is { Outcome: "waiting" or "migrated", Lines: 1 },
        "older" => startup.Outcome is "waiting" or "migrated",
        _ => startup is { Outcome: "refused", Exit: 8 } && startup.Before == startup.After,
    };
}
