namespace Pawl.Checker.Rules;

/// <summary>Each occurrence of a schedule has one job, and the calendar has no other (G15).</summary>
internal static class ScheduleRules
{
    public static void Check(History history, Judgement judgement)
    {
        var made = history.Jobs.Where(job => job.Schedule is not null).ToLookup(job => job.Schedule!);
        foreach (var calendar in history.Calendars)
        {
            var jobs = made[calendar.Schedule].ToLookup(job => job.Occurrence ?? "", job => job.Id);
            foreach (var missing in calendar.Occurrences.Where(occurrence => !jobs.Contains(occurrence)))
            {
                judgement.Find("schedule_missing", "missing", calendar.Schedule, $"{calendar.Schedule} did not fire for {missing}");
            }

            foreach (var occurrence in jobs.Where(occurrence => occurrence.Skip(1).Any()))
            {
                var (when, ids) = (occurrence.Key, string.Join(' ', occurrence));
                judgement.Find("schedule_double", "twice", calendar.Schedule, $"{calendar.Schedule} {when} made jobs {ids}");
            }

            foreach (var other in jobs.Select(occurrence => occurrence.Key).Except(calendar.Occurrences))
            {
                judgement.Find("schedule_double", "not_in_calendar", calendar.Schedule, $"{calendar.Schedule} fired for {other}");
            }
        }
    }
}
