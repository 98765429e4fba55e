using Pawl.Checker.Rules;

namespace Pawl.Checker;

/// <summary>Holds a history against every promise.</summary>
internal static class Judge
{
    public static Judgement Run(string path)
    {
        var (history, missing) = Folder.Read(path);
        return History(history, missing);
    }

    /// <param name="history">What was read.</param>
    /// <param name="missing">What was not there, or cut.</param>
    public static Judgement History(History history, IReadOnlyList<string> missing)
    {
        var judgement = new Judgement();
        foreach (var what in missing)
        {
            judgement.Lack(what);
        }

        if (history.Calls.Count == 0 && history.Startups.Count == 0)
        {
            judgement.Lack("nothing was asked for");
        }

        if (history.Effects.Count == 0 && history.Startups.Count == 0)
        {
            judgement.Lack("nothing ran");
        }

        CallRules.Check(history, judgement);
        KeyRules.Check(history, judgement);
        OriginRules.Check(history, judgement);
        MoveRules.Check(history, judgement);
        AttemptRules.Check(history, judgement);
        OverlapRules.Check(history, judgement);
        RecoveryRules.Check(history, judgement);
        RetryRules.Check(history, judgement);
        CheckpointRules.Check(history, judgement);
        ScheduleRules.Check(history, judgement);
        StaleRules.Check(history, judgement);
        StreamRules.Check(history, judgement);
        AuditRules.Check(history, judgement);
        FaultRules.Check(history, judgement);
        FairnessRules.Check(history, judgement);
        StoreRules.Check(history, judgement);
        return judgement;
    }
}
