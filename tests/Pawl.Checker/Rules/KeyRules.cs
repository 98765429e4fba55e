using Pawl.Checker.Model;

namespace Pawl.Checker.Rules;

/// <summary>A key that is held has one job; every answer under it names that job, and a request with another body is refused
/// (G4).</summary>
internal static class KeyRules
{
    public static void Check(History history, Judgement judgement)
    {
        Stored(history, judgement);
        foreach (var key in history.Calls.Where(call => call is { Asks: true, Key: not null }).GroupBy(call => (call.Kind, call.Key)))
        {
            Answered(key.Key.Kind, key.Key.Key!, [.. key], judgement);
        }
    }

    private static void Stored(History history, Judgement judgement)
    {
        var held = history.Jobs.Where(job => job.UniqueKey is not null && job.State is not ("failed" or "cancelled"));
        foreach (var key in held.GroupBy(job => (job.Type, job.UniqueKey)).Where(key => key.Skip(1).Any()))
        {
            Doubled(judgement, $"{key.Key.Type} {key.Key.UniqueKey}", key.Select(job => job.Id));
        }

        var tags = history.Jobs.Where(job => job.Tag is not null).ToLookup(job => job.Tag!, job => job.Id);
        foreach (var tag in history.Calls.Where(call => call is { Kind: "idempotent", Tag: not null }).Select(call => call.Tag!).Distinct())
        {
            if (tags[tag].Skip(1).Any())
            {
                Doubled(judgement, tag, tags[tag]);
            }
        }
    }

    private static void Doubled(Judgement judgement, string key, IEnumerable<long> ids)
    {
        var all = ids.Order().ToList();
        judgement.Find("unexpected", "key_doubled", all[1], $"the key {key} is held by jobs {string.Join(' ', all)}");
    }

    /// <summary>No key of a run may come free in it, so every answer names the same job.</summary>
    private static void Answered(string kind, string key, List<Call> calls, Judgement judgement)
    {
        var answers = calls.Where(call => call.What == "ok").ToList();
        var ids = answers.SelectMany(call => call.Ids).Distinct().ToList();
        if (ids.Count > 1)
        {
            judgement.Find("unexpected", "answers_differ", ids[1], $"{kind} key {key} was answered with jobs {string.Join(' ', ids)}");
        }
        else if (answers.Count(call => !call.Deduplicated) > 1)
        {
            judgement.Find("unexpected", "created_twice", ids[0], $"{kind} key {key} was answered twice as if job {ids[0]} were new");
        }

        var bodies = calls.Where(call => call is { What: "invoke", Body: not null }).ToDictionary(call => (call.Process, call.Number),
            call => call.Body);
        if (answers.Select(call => bodies.GetValueOrDefault((call.Process, call.Number))).OfType<string>().Distinct().Skip(1).Any())
        {
            judgement.Find("unexpected", "conflict_missed", ids[0], $"{kind} key {key} was accepted with two bodies");
        }
    }
}
