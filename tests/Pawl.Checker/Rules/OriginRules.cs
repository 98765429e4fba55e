namespace Pawl.Checker.Rules;

/// <summary>Nothing is stored that nobody asked for (G3).</summary>
internal static class OriginRules
{
    public static void Check(History history, Judgement judgement)
    {
        var jobs = history.Jobs.Select(job => job.Id).ToHashSet();
        var asked = history.Calls.Where(call => call.Asks).Select(call => call.Tag).OfType<string>().ToHashSet();
        var parents = history.Effects.Where(effect => effect.IsStart).Select(effect => effect.Job).ToHashSet();
        var schedules = history.Calendars.Select(calendar => calendar.Schedule).ToHashSet();
        foreach (var job in history.Jobs)
        {
            var expected = job.Parent is { } parent ? jobs.Contains(parent) && parents.Contains(parent)
                : job.Schedule is { } schedule ? schedules.Contains(schedule)
                : job.Tag is { } tag && asked.Contains(tag);
            if (!expected)
            {
                judgement.Find(
                    "unexpected", "nobody_asked", job.Id, $"job {job.Id} ({job.Type}, tag {job.Tag}, "
                        + $"parent {job.Parent}) was asked for by nobody");
            }
        }
    }
}
