using Pawl.Checker.Model;

namespace Pawl.Checker.Rules;

/// <summary>What was acknowledged is there and came to its end (G1), and batches are whole or not there at all (G2).</summary>
internal static class CallRules
{
    public static void Check(History history, Judgement judgement)
    {
        var jobs = history.Jobs.Select(job => job.Id).ToHashSet();
        var tags = history.Jobs.Where(job => job.Tag is not null).ToLookup(job => job.Tag!, job => job.Id);
        var answers = history.Calls.Where(call => call.Asks && call.What != "invoke")
            .GroupBy(call => (call.Process, call.Number)).ToDictionary(call => call.Key, call => call.First());
        var asked = history.Calls.Where(call => call is { Asks: true, What: "invoke" }).ToList();
        judgement.Tell("attempted", asked.Sum(call => (long)call.Count));
        Acknowledged(history, judgement, jobs);
        foreach (var call in asked)
        {
            var answer = answers.GetValueOrDefault((call.Process, call.Number));
            var stored = call.Tag is null ? [] : tags[call.Tag].ToHashSet();
            if (call.Kind is "single" or "batch")
            {
                Whole(call, answer, stored, jobs, judgement);
            }
        }

        Recovered(asked, answers, tags, judgement);
    }

    private static void Acknowledged(History history, Judgement judgement, HashSet<long> jobs)
    {
        var removed = history.Audits.Where(row => row is { Action: "purge" or "jobs.purge", Refusal: null }).Select(row => row.Job)
            .ToHashSet();
        var acked = history.Calls.Where(call => call is { Asks: true, What: "ok" }).SelectMany(call => call.Ids)
            .Concat(history.Effects.Where(effect => effect.What == "spawned").Select(effect => effect.Child))
            .ToHashSet();
        judgement.Tell("acked", acked.Count);
        judgement.Tell("ok", acked.Count(jobs.Contains));
        foreach (var id in acked.Where(id => !jobs.Contains(id) && !removed.Contains(id)).Order())
        {
            judgement.Find("lost", "not_stored", id, $"job {id} was acknowledged and is not stored");
        }

        foreach (var job in history.Jobs.Where(job => !job.Ended))
        {
            judgement.Find("lost", "not_ended", job.Id, $"job {job.Id} ({job.Type}) is {job.State} after the drain");
        }
    }

    private static void Whole(Call call, Call? answer, HashSet<long> stored, HashSet<long> jobs, Judgement judgement)
    {
        var what = $"{call.Kind} {call.Tag} of process {call.Process}";
        if (answer is { What: "fail" } && stored.Count > 0)
        {
            judgement.Find(
                "unexpected", "refused_yet_stored", stored.Min(), $"{what} was refused ({answer.Error}), and {stored.Count} are stored");
        }
        else if (stored.Count > 0 && stored.Count < call.Count)
        {
            judgement.Find("lost", "batch_split", stored.Min(), $"{what} asked for {call.Count} jobs; {stored.Count} are stored");
        }
        else if (stored.Count > call.Count)
        {
            judgement.Find("unexpected", "stored_twice", stored.Min(), $"{what} asked for {call.Count} jobs; {stored.Count} are stored");
        }

        if (answer is { What: "ok" } && (answer.Ids.Count != call.Count || answer.Ids.Any(id => jobs.Contains(id) && !stored.Contains(id))))
        {
            judgement.Find(
                "unexpected", "answer_wrong", call.Number, $"{what} was answered {Words(answer.Ids)}; stored are {Words(stored.Order())}");
        }
    }

    /// <summary>Calls that nobody knew the end of, and that were carried out.</summary>
    private static void Recovered(
        List<Call> asked, Dictionary<(int Process, int Number), Call> answers, ILookup<string, long> tags, Judgement judgement)
    {
        var known = asked.Where(call => answers.GetValueOrDefault((call.Process, call.Number)) is { What: "ok" })
            .Select(call => call.Tag).ToHashSet();
        var open = asked.Where(call => call.Tag is not null && !known.Contains(call.Tag)).Select(call => call.Tag!).Distinct();
        foreach (var id in open.SelectMany(tag => tags[tag]))
        {
            judgement.Find("recovered", "open_call", id, $"job {id} is stored; its caller was never told", explained: true);
        }
    }

    private static string Words(IEnumerable<long> ids) => string.Join(' ', ids);
}
