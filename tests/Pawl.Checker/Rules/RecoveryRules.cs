using Pawl.Checker.Model;

namespace Pawl.Checker.Rules;

/// <summary>The work of a dead worker is offered again in time (G10), and no living one is taken for dead.</summary>
internal static class RecoveryRules
{
    public static void Check(History history, Judgement judgement)
    {
        var deaths = history.Processes.Where(life => life.Killed).ToLookup(life => life.Pid, life => life.DeadAt);
        var limit = history.Settings.RecoveryMs ?? (history.Settings.TtlMs + 5_000);
        var (most, late, alive, whom) = (0.0, "", 0, "");
        foreach (var attempt in history.Attempts.Where(attempt => attempt.IsTaken))
        {
            if (!deaths.Contains(attempt.Pid) && attempt.BeatAt is null)
            {
                if (!history.Faults.Exists(fault => fault.ExcusesAt(attempt.EndedAt, limit)))
                {
                    (alive, whom) = (alive + 1, attempt.Shows);
                }
            }
            else if (Watched(history, attempt, attempt.BeatAt ?? deaths[attempt.Pid].Max()) is { } since
                && (attempt.EndedAt - since) / 1_000.0 is var took && took > most)
            {
                (most, late) = (took, $"{attempt.Shows}, {took} ms after it could be");
            }
        }

        judgement.Tell("max_recovery_ms", (long)Math.Ceiling(most));
        judgement.Limit("max_recovery_ms", most, limit, late);
        judgement.Limit("false_expiries", alive, 0, whom);
    }

    /// <summary>Since when somebody could have ended an attempt of a process that died; null when it was ended before anybody said that it
    /// was ready: sooner than we could ask for.</summary>
    private static long? Watched(History history, Attempt attempt, long silent)
    {
        if (history.Processes.Count == 0)
        {
            return silent;
        }

        var ready = history.Processes.Where(life => life.ReadyAt <= attempt.EndedAt && life.DeadAt > silent).Select(life
            => life.ReadyAt!.Value).ToList();
        if (ready.Count == 0)
        {
            return null;
        }

        // From then on one was ready, and the store was there.
        var away = history.Faults.Where(fault => fault.FromAt < attempt.EndedAt).Select(fault => fault.ToAt).DefaultIfEmpty(0).Max();
        return Math.Max(Math.Max(silent, history.Settings.Together ? ready.Min() : ready.Max()), away);
    }
}
