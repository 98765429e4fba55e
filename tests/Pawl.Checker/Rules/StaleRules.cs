using Pawl.Checker.Model;

namespace Pawl.Checker.Rules;

/// <summary>A write from a lost lease is refused (G7): none is accepted after a later attempt has begun.</summary>
internal static class StaleRules
{
    public static void Check(History history, Judgement judgement)
    {
        foreach (var refused in history.Events.Where(happened => happened.Kind == "stale_write"))
        {
            judgement.Find("refused_writes", "event", refused.Job, refused.Shows, explained: true);
        }

        var starts = history.Effects.Where(effect => effect.IsStart).ToLookup(effect => effect.Job);
        var begun = new Dictionary<(int, int), Call>();
        foreach (var call in history.Calls.Where(call => call.Kind == "write"))
        {
            if (call.What == "invoke")
            {
                begun[(call.Process, call.Number)] = call;
            }
            else if (call.What == "ok" && begun.TryGetValue((call.Process, call.Number), out var asked)
                && starts[asked.Job].FirstOrDefault(start => start.Attempt > asked.Attempt && start.Mono < asked.Mono) is { } later)
            {
                judgement.Find(
                    "accepted_stale", "write", asked.Job,
                        $"{asked.Action} of attempt {asked.Attempt} was accepted at {call.Mono}; {later.Shows}");
            }
        }
    }
}
