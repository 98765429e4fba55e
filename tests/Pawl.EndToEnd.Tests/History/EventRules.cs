namespace Pawl.EndToEnd.Tests.History;

/// <summary>The events have no gap, make only legal moves, end each generation once, and tell the same as the rows.</summary>
internal static class EventRules
{
    private static readonly HashSet<(string?, string)> Moves =
    [
        (null, "queued"), (null, "scheduled"), (null, "blocked"),
        ("scheduled", "queued"), ("scheduled", "scheduled"), ("scheduled", "cancelled"),
        ("blocked", "queued"), ("blocked", "scheduled"), ("blocked", "failed"), ("blocked", "cancelled"),
        ("queued", "running"), ("queued", "queued"), ("queued", "scheduled"), ("queued", "cancelled"),
        ("running", "succeeded"), ("running", "failed"), ("running", "cancelled"), ("running", "scheduled"), ("running", "queued"),
        ("failed", "queued"), ("cancelled", "queued"),
    ];

    public static IEnumerable<Finding> Check(Run run) => [.. Gaps(run.Stored), .. Lives(run.Stored)];

    private static IEnumerable<Finding> Gaps(Stored stored)
    {
        var next = 1L;
        foreach (var (first, last, count) in stored.EventRows)
        {
            if (first != next || last - first + 1 != count)
            {
                yield return new("event_gap", $"a row holds {count} events as {first} to {last}; expected it to begin at {next}");
            }

            next = last + 1;
        }
    }

    private static IEnumerable<Finding> Lives(Stored stored)
    {
        var events = stored.Events.Where(happened => happened.Job != 0).ToLookup(happened => happened.Job);
        return stored.Jobs.SelectMany(job => One(job, [.. events[job.Id].OrderBy(happened => happened.Seq)]));
    }

    private static IEnumerable<Finding> One(StoredJob job, IReadOnlyList<StoredEvent> events)
    {
        string? state = null;
        var (attempt, generation) = (0, 1);
        var ends = new Dictionary<int, int>();
        foreach (var happened in events)
        {
            if (happened.Kind == "stale_write")
            {
                continue;   // a refused write moves nothing; it may name any older attempt
            }

            var what = $"event {happened.Seq} ({happened.Kind}) of job {job.Id}";
            if (happened.Attempt != attempt + (happened.Kind == "started" ? 1 : 0))
            {
                yield return new("event_attempt", $"{what} names attempt {happened.Attempt} after {attempt}");
            }

            (attempt, generation) = (happened.Attempt, happened.Generation);
            if (happened.To is not { } to)
            {
                continue;
            }

            if (happened.From != state || !Moves.Contains((happened.From, to)))
            {
                yield return new("illegal_move", $"{what} moves it from {happened.From} to {to}; it was {state}");
            }

            state = to;
            if (to is "succeeded" or "failed" or "cancelled")
            {
                ends[generation] = ends.GetValueOrDefault(generation) + 1;
            }
        }

        if (state != job.State || attempt != job.Attempt || generation != job.Generation)
        {
            yield return new(
                "row_differs",
                $"job {job.Id} is {job.State}, attempt {job.Attempt}, generation {job.Generation}; "
                + $"its events say {state}, {attempt}, {generation}");
        }

        for (var number = 1; job.Ended && number <= job.Generation; number++)
        {
            if (ends.GetValueOrDefault(number) is not 1 and var times)
            {
                yield return new("ended_not_once", $"generation {number} of job {job.Id} ended {times} times");
            }
        }
    }
}
