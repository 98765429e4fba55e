using Pawl.Checker.Model;

namespace Pawl.Checker.Rules;

/// <summary>Code of two attempts overlaps only after the older one was lost or timed out (G6).</summary>
internal static class OverlapRules
{
    public static void Check(History history, Judgement judgement)
    {
        var excused = history.Attempts.Where(attempt => attempt.IsTaken || attempt.Outcome == "timed_out")
            .Select(attempt => (attempt.Job, attempt.Number)).ToHashSet();
        var dead = history.Processes.GroupBy(life => life.Process).ToDictionary(life => life.Key, life => life.First().DeadMono);
        foreach (var job in history.Effects.Where(effect => effect.IsStart || effect.IsEnd).GroupBy(effect => effect.Job))
        {
            One(job, excused, dead, judgement);
        }
    }

    private static void One(
        IGrouping<long, Effect> job, HashSet<(long Job, int Attempt)> excused, Dictionary<int, long> dead, Judgement judgement)
    {
        var starts = job.Where(effect => effect.IsStart).OrderBy(effect => effect.Attempt).ToList();
        if (starts.Count < 2)
        {
            return;
        }

        var ends = job.Where(effect => effect.IsEnd).ToLookup(effect => effect.Attempt, effect => effect.Mono);
        for (var i = 1; i < starts.Count; i++)
        {
            var (older, newer) = (starts[i - 1], starts[i]);

            // Without an end of its own an attempt ran until its process was dead.
            var over = ends[older.Attempt].DefaultIfEmpty(dead.GetValueOrDefault(older.Process, long.MaxValue)).Max();
            if (newer.Attempt != older.Attempt && newer.Mono < over)
            {
                judgement.Find(
                    "overlap", "effects", job.Key, $"{older.Shows}, until {over}; {newer.Shows}", excused.Contains((job.Key,
                        older.Attempt)));
            }
        }
    }
}
