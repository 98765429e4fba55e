namespace Pawl.EndToEnd.Tests.History;

/// <summary>What an attempt was given is the last that was accepted; nothing accepted is ever taken back.</summary>
internal static class CheckpointRules
{
    public static IEnumerable<Finding> Check(Run run)
    {
        var steps = run.Effects.Where(effect => effect.What is "start" or "saving" or "saved").GroupBy(effect => effect.Job);
        return steps.SelectMany(job => One(job.Key, job, run.Stored.Checkpoints.GetValueOrDefault(job.Key)));
    }

    private static IEnumerable<Finding> One(long job, IEnumerable<Effect> effects, int final)
    {
        // A save under way when the process died may have been stored or not.
        var (accepted, perhaps, version) = (0, 0, 0);
        foreach (var effect in effects)
        {
            var given = $"attempt {effect.Attempt} of job {job} was given {effect.Count} (version {effect.Version})";
            switch (effect.What)
            {
                case "saving":
                    perhaps = Math.Max(perhaps, effect.Count);
                    break;
                case "saved":
                    accepted = Math.Max(accepted, effect.Count);
                    break;
                default:
                    if (effect.Count < accepted || effect.Version < version)
                    {
                        yield return new("checkpoint_fell", $"{given} after {accepted} (version {version})");
                    }
                    else if (effect.Count > perhaps || effect.Version != effect.Count)
                    {
                        yield return new("checkpoint_invented", $"{given}; {perhaps} was the last save");
                    }

                    version = Math.Max(version, effect.Version);
                    break;
            }
        }

        if (final < accepted || final > perhaps)
        {
            yield return new("checkpoint_fell", $"job {job} ends with version {final}; {accepted} was accepted, {perhaps} tried");
        }
    }
}
