namespace Pawl.EndToEnd.Tests.History;

/// <summary>Every start has one recorded end, a repeat has a reason, and two attempts of a job do not run at once without one.</summary>
internal static class AttemptRules
{
    private static readonly string[] Reasons = ["failed", "timed_out", "lost", "released", "snoozed"];

    public static IEnumerable<Finding> Check(Run run)
    {
        var ends = run.Stored.Attempts.GroupBy(attempt => (attempt.Job, attempt.Attempt)).ToList();
        var ended = ends.ToDictionary(attempt => attempt.Key, attempt => attempt.First());
        return
        [
            .. Doubles(ends), .. Starts(run, ended), .. Repeats(run, ended), .. Budgets(run), .. Overlaps(run, ended), .. Recoveries(run),
        ];
    }

    private static IEnumerable<Finding> Doubles(IEnumerable<IGrouping<(long Job, int Attempt), StoredAttempt>> ends) =>
        from attempt in ends
        where attempt.Count() > 1
        select new Finding(
            "ended_twice",
            $"attempt {attempt.Key.Attempt} of job {attempt.Key.Job} ended {string.Join(" and ", attempt.Select(end => end.Outcome))}");

    /// <summary>What the handlers did and what the store recorded are the same.</summary>
    private static IEnumerable<Finding> Starts(Run run, Dictionary<(long, int), StoredAttempt> ended)
    {
        foreach (var start in run.Effects.Where(effect => effect.IsStart).GroupBy(effect => (effect.Job, effect.Attempt)))
        {
            if (!ended.ContainsKey(start.Key))
            {
                yield return new("start_without_end", $"attempt {start.Key.Attempt} of job {start.Key.Job} ran and has no recorded end");
            }

            if (start.Count() > 1)
            {
                yield return new("started_twice", $"attempt {start.Key.Attempt} of job {start.Key.Job} started {start.Count()} times");
            }
        }

        var returned = run.Effects.Where(effect => effect.What == "returned").Select(effect => (effect.Job, effect.Attempt)).ToHashSet();
        foreach (var attempt in run.Stored.Attempts.Where(attempt => attempt.Outcome == "succeeded"))
        {
            if (!returned.Contains((attempt.Job, attempt.Attempt)))
            {
                yield return new(
                    "success_without_run", $"attempt {attempt.Attempt} of job {attempt.Job} succeeded, but its handler never returned");
            }
        }
    }

    private static IEnumerable<Finding> Repeats(Run run, Dictionary<(long, int), StoredAttempt> ended)
    {
        foreach (var job in run.Stored.Jobs)
        {
            for (var number = 1; number <= job.Attempt; number++)
            {
                if (!ended.TryGetValue((job.Id, number), out var attempt))
                {
                    yield return new("claim_without_end", $"attempt {number} of {job.Attempt} of job {job.Id} has no recorded end");
                    continue;
                }

                if (number > 1
                    && ended.TryGetValue((job.Id, number - 1), out var before)
                    && attempt.Generation == before.Generation
                    && !Reasons.Contains(before.Outcome))
                {
                    yield return new("repeat_unexplained", $"attempt {number} of job {job.Id} follows one that {before.Outcome}");
                }
            }
        }
    }

    private static IEnumerable<Finding> Budgets(Run run)
    {
        var jobs = run.Stored.Jobs.ToDictionary(job => job.Id);
        foreach (var life in run.Stored.Attempts.GroupBy(attempt => (attempt.Job, attempt.Generation)))
        {
            var failed = life.Count(attempt => attempt.Outcome is "failed" or "timed_out");
            if (jobs.TryGetValue(life.Key.Job, out var job) && failed > job.MaxAttempts)
            {
                yield return new("too_many_failures", $"job {life.Key.Job} failed {failed} of {job.MaxAttempts} times");
            }

            var lost = life.Count(attempt => attempt.Outcome == "lost");
            if (lost > run.LossCap)
            {
                yield return new("too_many_losses", $"job {life.Key.Job} was lost {lost} times; the cap is {run.LossCap}");
            }
        }
    }

    private static IEnumerable<Finding> Overlaps(Run run, Dictionary<(long, int), StoredAttempt> ended)
    {
        var dead = run.Lives.ToDictionary(life => life.Number, life => life.DeadMono);
        foreach (var job in run.Effects.Where(effect => effect.IsStart || effect.IsEnd).GroupBy(effect => effect.Job))
        {
            var ends = job.Where(effect => effect.IsEnd).ToLookup(effect => effect.Attempt, effect => effect.Mono);
            var starts = job.Where(effect => effect.IsStart).OrderBy(effect => effect.Attempt).ToList();
            for (var i = 1; i < starts.Count; i++)
            {
                var (older, newer) = (starts[i - 1], starts[i]);

                // Without an end of its own an attempt ran until its process was dead.
                var over = ends[older.Attempt].DefaultIfEmpty(dead.GetValueOrDefault(older.Life, long.MaxValue)).Max();
                var excused = ended.TryGetValue((job.Key, older.Attempt), out var end) && (end.IsTaken || end.Outcome == "timed_out");
                if (newer.Attempt != older.Attempt && newer.Mono < over && !excused)
                {
                    yield return new("overlap", $"attempts {older.Attempt} and {newer.Attempt} of job {job.Key} ran at the same time");
                }
            }
        }
    }

    /// <summary>A process that is ready ends what the dead left open, soon; and what nobody killed is lost only to a fault.</summary>
    private static IEnumerable<Finding> Recoveries(Run run)
    {
        var deaths = run.Lives.Where(life => life.Killed).ToLookup(life => life.Pid, life => life.DeadAt);
        foreach (var attempt in run.Stored.Attempts.Where(attempt => attempt.IsTaken))
        {
            var which = $"attempt {attempt.Attempt} of job {attempt.Job}";
            if (!deaths.Contains(attempt.Pid))
            {
                if (!run.Faults.Any(fault => fault.ExcusesAt(attempt.EndedAt)))
                {
                    yield return new("lost_alive", $"{which} was declared lost, but its process {attempt.Pid} was not killed");
                }

                continue;
            }

            if (Watched(run, attempt.EndedAt, deaths[attempt.Pid].Max()) is { } since
                && attempt.EndedAt - since > (long)run.RecoveryLimit.TotalMicroseconds)
            {
                yield return new("recovered_late", $"{which} was open {attempt.EndedAt - since} us after a process was ready to end it");
            }
        }
    }

    /// <summary>Since when somebody could have ended an attempt of a process that died; null when it was ended before anybody said that it
    /// was ready: sooner than we could ask for.</summary>
    private static long? Watched(Run run, long ended, long died)
    {
        var ready = run.Lives.Where(life => life.ReadyAt <= ended && !(life.DeadAt <= died)).Select(life => life.ReadyAt!.Value).ToList();
        if (!run.Together)
        {
            return run.Lives.LastOrDefault(life => life.ReadyAt <= ended)?.ReadyAt;
        }

        // From then on one was ready, and the store was there.
        var away = run.Faults.Where(fault => fault.FromAt < ended).Select(fault => fault.ToAt).DefaultIfEmpty(0).Max();
        return ready.Count == 0 ? null : Math.Max(Math.Max(died, ready.Min()), away);
    }
}
