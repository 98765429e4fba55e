using Pawl.Checker.Model;

namespace Pawl.Checker.Rules;

/// <summary>Every start has one recorded end (G5), a repeat has a recorded reason (G9), and no generation has more attempts than it may
/// (G11).</summary>
internal static class AttemptRules
{
    private static readonly string[] Reasons = ["failed", "timed_out", "lost", "released", "snoozed"];

    public static void Check(History history, Judgement judgement)
    {
        var ended = new Dictionary<(long, int), Attempt>();
        foreach (var attempt in history.Attempts)
        {
            if (!ended.TryAdd((attempt.Job, attempt.Number), attempt))
            {
                judgement.Find(
                    "illegal_moves", "ended_twice", attempt.Job, $"{attempt.Shows}, and {ended[(attempt.Job, attempt.Number)].Outcome}");
            }
        }

        Starts(history, judgement, ended);
        Successes(history, judgement);
        foreach (var job in history.Jobs)
        {
            Repeats(job, judgement, ended);
        }

        Caps(history, judgement);
    }

    private static void Starts(History history, Judgement judgement, Dictionary<(long, int), Attempt> ended)
    {
        foreach (var start in history.Effects.Where(effect => effect.IsStart).GroupBy(effect => (effect.Job, effect.Attempt)))
        {
            if (!ended.ContainsKey(start.Key))
            {
                judgement.Find("unended_starts", "ran", start.Key.Job, $"{start.First().Shows}; it has no recorded end");
            }

            if (start.Skip(1).FirstOrDefault() is { } second)
            {
                judgement.Find("duplicated_unexplained", "started_twice", start.Key.Job, $"{start.First().Shows}; {second.Shows}");
            }
        }
    }

    /// <summary>What the store says succeeded has run to its end.</summary>
    private static void Successes(History history, Judgement judgement)
    {
        var returned = history.Effects.Where(effect => effect.What == "returned").Select(effect => (effect.Job, effect.Attempt))
            .ToHashSet();
        foreach (var attempt in history.Attempts.Where(attempt => attempt.Outcome == "succeeded"))
        {
            if (!returned.Contains((attempt.Job, attempt.Number)))
            {
                judgement.Find("illegal_moves", "success_without_run", attempt.Job, $"{attempt.Shows}, but its handler never returned");
            }
        }
    }

    private static void Repeats(Job job, Judgement judgement, Dictionary<(long, int), Attempt> ended)
    {
        for (var number = 1; number <= job.Attempt; number++)
        {
            if (!ended.TryGetValue((job.Id, number), out var attempt))
            {
                judgement.Find(
                    "unended_starts", "claimed", job.Id, $"attempt {number} of {job.Attempt} of job {job.Id} has no recorded end");
                continue;
            }

            if (number > 1 && ended.TryGetValue((job.Id, number - 1), out var before))
            {
                var explained = attempt.Generation != before.Generation || Reasons.Contains(before.Outcome);
                judgement.Find(
                    explained ? "duplicated_explained" : "duplicated_unexplained", "repeated", job.Id, $"{before.Shows}; {attempt.Shows}",
                        explained);
            }
        }
    }

    private static void Caps(History history, Judgement judgement)
    {
        var jobs = history.Jobs.ToDictionary(job => job.Id, job => job.MaxAttempts);
        foreach (var life in history.Attempts.GroupBy(attempt => (attempt.Job, attempt.Generation)))
        {
            var failed = life.Count(attempt => attempt.Outcome is "failed" or "timed_out");
            if (jobs.TryGetValue(life.Key.Job, out var most) && failed > most)
            {
                judgement.Find("duplicated_unexplained", "past_max_attempts", life.Key.Job, $"{failed} attempts failed; {most} may");
            }

            var lost = life.Count(attempt => attempt.Outcome == "lost");
            if (lost > history.Settings.LossCap)
            {
                judgement.Find(
                    "duplicated_unexplained", "past_loss_cap", life.Key.Job,
                        $"{lost} attempts were lost; the cap is {history.Settings.LossCap}");
            }
        }
    }
}
