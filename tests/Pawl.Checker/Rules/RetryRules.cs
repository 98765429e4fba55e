using Pawl.Checker.Model;

namespace Pawl.Checker.Rules;

/// <summary>A retry starts not before its time and is due in time, and retries leave room for first attempts (G12).</summary>
internal static class RetryRules
{
    private const double Jitter = 1.3;

    public static void Check(History history, Judgement judgement)
    {
        Gaps(history, judgement);
        if (history.Settings.RetryShare is { } share)
        {
            var queues = history.Jobs.ToDictionary(job => job.Id, job => job.Queue);
            foreach (var queue in history.Events.Where(happened => queues.ContainsKey(happened.Job)).GroupBy(happened
                => queues[happened.Job]))
            {
                Budget(queue.Key, queue.OrderBy(happened => happened.Seq), share, history.Settings.RetryWindowMs * 1_000, judgement);
            }
        }
    }

    private static void Gaps(History history, Judgement judgement)
    {
        var (least, soon, early, late, shows) = (double.MaxValue, 0, "", 0, "");
        var ran = history.Effects.Where(effect => effect.IsStart).ToLookup(effect => (effect.Job, effect.Attempt), effect => effect.Mono);
        var threw = history.Effects.Where(effect => effect.What == "threw").ToLookup(effect => (effect.Job, effect.Attempt), effect
            => effect.Mono);
        foreach (var life in history.Attempts.GroupBy(attempt => (attempt.Job, attempt.Generation)))
        {
            var (failures, before) = (0, (Attempt?)null);
            foreach (var attempt in life.OrderBy(attempt => attempt.Number))
            {
                if (before is { Outcome: "failed" or "timed_out" })
                {
                    // From when its handler threw, which the store hears of a little later, to when the next one was called.
                    var (end, start) = (threw[(before.Job, before.Number)], ran[(attempt.Job, attempt.Number)]);
                    var gap = end.Any() && start.Any() ? (start.Min() - end.Min()) / 1_000_000.0
                        : history.Effects.Count > 0 ? double.MaxValue
                        : (attempt.StartedAt - before.EndedAt) / 1_000.0;
                    least = Math.Min(least, gap);
                    var wait = Wait(history.Settings, failures - 1);
                    (soon, early) = history.Settings.RetryBaseMs is not null && gap < wait ? (soon + 1,
                        $"{before.Shows}; the next began {gap} ms later; {wait} ms is the least") : (soon, early);
                }

                failures += attempt.Outcome is "failed" or "timed_out" ? 1 : 0;
                if (attempt is { Outcome: "failed" or "timed_out", NextRunAt: { } due } && history.Settings.RetryBaseMs is not null)
                {
                    var most = Jitter * Wait(history.Settings, failures - 1);
                    var until = (due - attempt.EndedAt) / 1_000.0;
                    (late, shows) = until > most + 1 ? (late + 1,
                        $"{attempt.Shows}; due {until} ms later; {most} ms is the most") : (late, shows);
                }

                before = attempt;
            }
        }

        judgement.Tell("retry_min_gap_ms", least is double.MaxValue ? 0 : (long)least);
        judgement.Limit("retries_too_soon", soon, 0, early);
        judgement.Limit("retries_due_late", late, 0, shows);
    }

    private static double Wait(Settings settings, int retry) =>
        settings.RetryBaseMs is { } first ? Math.Min(first * Math.Pow(2, retry), settings.RetryMaxMs) : 0;

    /// <summary>In each window in which first attempts waited all the time, so many of the starts may be retries, and one.</summary>
    private static void Budget(string queue, IEnumerable<Event> events, double share, long window, Judgement judgement)
    {
        var failed = new HashSet<long>();
        var starts = new Queue<(long At, bool Again)>();
        var (waiting, again, busySince) = (0, 0, long.MaxValue);
        foreach (var happened in events)
        {
            var first = happened.Attempt == 0;
            if (happened.To == "queued" && happened.From != "queued" && first)
            {
                busySince = waiting++ == 0 ? happened.DbTime : busySince;
            }
            else if (happened.From == "queued" && happened.To != "queued" && (first || (happened.Attempt == 1 && happened.Kind ==
                "started")))
            {
                waiting--;
            }

            if (happened.From == "running")
            {
                _ = happened.Kind is "failed" or "timed_out" or "retry_scheduled" ? failed.Add(happened.Job) : failed.Remove(happened.Job);
            }

            if (happened.Kind == "started")
            {
                var retry = failed.Contains(happened.Job);
                starts.Enqueue((happened.DbTime, retry));
                again += retry ? 1 : 0;
                while (starts.Peek().At <= happened.DbTime - window)
                {
                    again -= starts.Dequeue().Again ? 1 : 0;
                }

                if (retry && busySince <= happened.DbTime - window && again > (share * starts.Count) + 1)
                {
                    judgement.Find(
                        "retry_budget_breaches", "share", happened.Job,
                            $"{happened.Shows}: {again} of {starts.Count} starts of {queue} were retries");
                }
            }

            busySince = waiting == 0 ? long.MaxValue : busySince;
        }
    }
}
