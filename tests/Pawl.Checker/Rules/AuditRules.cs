namespace Pawl.Checker.Rules;

/// <summary>Every act of a person that was accepted or denied is in the audit log, with who, when, and what it changed (G22).</summary>
internal static class AuditRules
{
    public static void Check(History history, Judgement judgement)
    {
        var rows = history.Audits.GroupBy(row => (row.Actor, (string?)row.Action, row.Job)).ToDictionary(row => row.Key, row
            => row.ToList());
        var acts = history.Calls.Where(call => call.Kind == "admin" && (call.What == "ok" || call is { What: "fail", Status: 401 or 403 }));
        foreach (var act in acts.GroupBy(call => (call.Actor, call.Action, call.Job)))
        {
            var found = rows.GetValueOrDefault(act.Key) ?? [];
            var (accepted, denied) = (act.Count(call => call.What == "ok"), act.Count(call => call.What != "ok"));
            var what = $"{act.Key.Action} of job {act.Key.Job} by {act.Key.Actor}";
            for (var missing = found.Count(row => row.Refusal is null); missing < accepted; missing++)
            {
                judgement.Find("unaudited", "accepted", act.Key.Job, $"{what} was accepted and has no row");
            }

            for (var missing = found.Count(row => row.Refusal is not null); missing < denied; missing++)
            {
                judgement.Find("unaudited", "denied", act.Key.Job, $"{what} was denied and has no row");
            }

            if (found.Exists(row => row.Refusal is null && (row.At == 0 || row.Before is null || row.After is null)))
            {
                judgement.Find("unaudited", "says_too_little", act.Key.Job, $"{what} has a row without its time, before or after");
            }
        }
    }
}
