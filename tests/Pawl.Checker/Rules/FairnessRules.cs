using Pawl.Checker.Model;

namespace Pawl.Checker.Rules;

/// <summary>What a person starts does not wait behind bulk work, and the job that waited longest has its turn (G14).</summary>
internal static class FairnessRules
{
    private const int Turn = 10;

    public static void Check(History history, Judgement judgement)
    {
        var jobs = history.Jobs.ToDictionary(job => job.Id);
        if (history.Settings.ManualStartMs is { } limit)
        {
            Manual(history, jobs, limit, judgement);
        }

        if (history.Settings.AgeingAfterMs is { } after)
        {
            var (most, shows) = (0, "");
            foreach (var queue in history.Events.Where(happened => jobs.ContainsKey(happened.Job)).GroupBy(happened
                => jobs[happened.Job].Queue))
            {
                var (passed, last) = Passed(queue.OrderBy(happened => happened.Seq), after * 1_000);
                (most, shows) = passed > most ? (passed, last) : (most, shows);
            }

            judgement.Limit("claims_past_the_oldest", most, Turn - 1, shows);
        }
    }

    private static void Manual(History history, Dictionary<long, Job> jobs, long limit, Judgement judgement)
    {
        var created = new Dictionary<long, long>();
        var waits = new List<double>();
        foreach (var happened in history.Events.OrderBy(happened => happened.Seq))
        {
            if (happened.Kind == "created" && jobs.GetValueOrDefault(happened.Job)?.Trigger == "manual")
            {
                created[happened.Job] = happened.DbTime;
            }
            else if (happened is { Kind: "started", Attempt: 1 } && created.TryGetValue(happened.Job, out var since))
            {
                waits.Add((happened.DbTime - since) / 1_000.0);
            }
        }

        waits.Sort();
        judgement.Limit("manual_start_p99_ms", waits.Count == 0 ? 0 : waits[(int)Math.Ceiling(0.99 * waits.Count) - 1], limit);
    }

    /// <summary>How many claims in a row passed over the job that waited longest, once it had waited long enough.</summary>
    private static (int Most, string Shows) Passed(IEnumerable<Event> events, long after)
    {
        var waiting = new SortedSet<(long Since, long Job)>();
        var since = new Dictionary<long, long>();
        var (passed, most, shows) = (0, 0, "");
        foreach (var happened in events)
        {
            if (happened.Kind == "started" && waiting.Count > 0)
            {
                var oldest = waiting.Min;
                passed = oldest.Job == happened.Job || happened.DbTime - oldest.Since < after ? 0 : passed + 1;
                (most, shows) = passed > most ? (passed, $"{happened.Shows}; job {oldest.Job} has waited since {oldest.Since}") : (most,
                    shows);
            }

            if (happened is { From: "queued", To: not "queued" } && since.Remove(happened.Job, out var began))
            {
                waiting.Remove((began, happened.Job));
            }
            else if (happened is { To: "queued", From: not "queued" })
            {
                since[happened.Job] = happened.DbTime;
                waiting.Add((happened.DbTime, happened.Job));
            }
        }

        return (most, shows);
    }
}
