using Pawl.Checker.Model;

namespace Pawl.Checker.Rules;

/// <summary>What an attempt was given is the last that was accepted; nothing accepted is ever taken back (G13).</summary>
internal static class CheckpointRules
{
    public static void Check(History history, Judgement judgement)
    {
        var steps = history.Effects.Where(effect => effect.What is "start" or "saving" or "saved").GroupBy(effect => effect.Job);
        foreach (var job in steps)
        {
            One(job.Key, job.OrderBy(effect => effect.Mono), history.Checkpoints.GetValueOrDefault(job.Key), judgement);
        }
    }

    private static void One(long job, IEnumerable<Effect> effects, int final, Judgement judgement)
    {
        // A save under way when the process died may have been stored or not.
        var (accepted, perhaps, version, newest) = (0, 0, 0, 0);
        foreach (var effect in effects)
        {
            switch (effect.What)
            {
                case "saving":
                    perhaps = Math.Max(perhaps, effect.Count);
                    break;
                case "saved":
                    accepted = Math.Max(accepted, effect.Count);
                    break;
                case "start" when effect.Attempt < newest:
                    break;   // it had been taken ahead, and did not know yet that its lease was lost
                default:
                    newest = effect.Attempt;
                    if (effect.Count < accepted || effect.Version < version)
                    {
                        Find("fell", $"{effect.Shows}, "
                            + $"given {effect.Count} (version {effect.Version}) after {accepted} (version {version})");
                    }
                    else if (effect.Count > perhaps || effect.Version != effect.Count)
                    {
                        Find("invented", $"{effect.Shows}, given {effect.Count} (version {effect.Version}); {perhaps} was the last save");
                    }

                    version = Math.Max(version, effect.Version);
                    break;
            }
        }

        if (final < accepted || final > perhaps)
        {
            Find("final", $"job {job} ends with version {final}; {accepted} was accepted, {perhaps} tried");
        }

        void Find(string breach, string shows) => judgement.Find("checkpoint_regressions", breach, job, shows);
    }
}
