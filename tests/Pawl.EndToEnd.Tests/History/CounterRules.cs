namespace Pawl.EndToEnd.Tests.History;

/// <summary>The counts the store keeps are those of its rows, and the file is whole.</summary>
internal static class CounterRules
{
    public static IEnumerable<Finding> Check(Stored stored)
    {
        if (stored.Integrity != "ok")
        {
            yield return new("file_damaged", stored.Integrity);
        }

        var counted = Count(stored.Jobs);
        foreach (var (line, name) in counted.Keys.Union(stored.Kept.Keys).Order())
        {
            var (kept, real) = (stored.Kept.GetValueOrDefault((line, name)), counted.GetValueOrDefault((line, name)));
            if (kept != real)
            {
                yield return new("count_wrong", $"line {line} counts {kept} {name}; there are {real}");
            }
        }

        var outcomes = stored.Attempts.GroupBy(attempt => attempt.Outcome).ToDictionary(kind => kind.Key, kind => (long)kind.Count());
        foreach (var (name, sum) in stored.Minutes)
        {
            var real = name switch
            {
                "created" => stored.Jobs.Count,
                "started" => stored.Jobs.Sum(job => (long)job.Attempt),
                _ => outcomes.GetValueOrDefault(name),
            };
            if (sum != real)
            {
                yield return new("minutes_wrong", $"the minutes add up to {sum} {name}; there are {real}");
            }
        }
    }

    private static Dictionary<(long Line, string Name), long> Count(IReadOnlyList<StoredJob> jobs)
    {
        var counts = new Dictionary<(long, string), long>();
        foreach (var job in jobs)
        {
            Add(job.State, true);
            Add("held", job.Held);
            Add("dead", job is { State: "failed", Dismissed: false });

            void Add(string name, bool counts_)
            {
                if (counts_)
                {
                    counts[(job.Line, name)] = counts.GetValueOrDefault((job.Line, name)) + 1;
                }
            }
        }

        return counts;
    }
}
