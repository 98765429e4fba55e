namespace Pawl.Storage;

/// <summary>Divides the kept count of a line by priority, looking at no more than some of its jobs.</summary>
internal static class DepthParts
{
    /// <summary>How many priorities of a line are looked at, from the highest.</summary>
    public const int MostPriorities = 100;

    /// <summary>How many jobs of one priority are counted.</summary>
    public const int MostCounted = 10_000;

    /// <summary>The parts, which make the whole where that can be known.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="type">The type.</param>
    /// <param name="runnable">The kept count of the line.</param>
    /// <param name="priorities">The priorities that stand there, the highest first.</param>
    /// <param name="count">Counts those of one priority, up to <see cref="MostCounted"/>.</param>
    public static IEnumerable<DepthRow> Of(
        string queue, string type, long runnable, IReadOnlyList<int> priorities, Func<int, long> count)
    {
        if (priorities.Count == 0 || runnable <= 0)
        {
            return [];
        }

        if (priorities.Count == 1)
        {
            return [new DepthRow(queue, type, priorities[0], runnable)];
        }

        var parts = priorities.Select(priority => (Priority: priority, Count: count(priority))).ToArray();
        var all = priorities.Count < MostPriorities;
        var sum = parts.Sum(part => part.Count);
        var full = parts.Count(part => part.Count >= MostCounted);
        if (full == 1 && all && sum < runnable)
        {
            // One alone was not counted to its end: the rest is its.
            var at = Array.FindIndex(parts, part => part.Count >= MostCounted);
            parts[at].Count += runnable - sum;
            full = 0;
        }
        else if (full > 1 && all && sum < runnable)
        {
            // How the rest is spread among them is not known, but that it is there is: in equal parts the whole is right.
            var share = (runnable - sum) / full;
            for (var at = 0; at < parts.Length; at++)
            {
                parts[at].Count += parts[at].Count >= MostCounted ? share : 0;
            }

            sum += share * full;
        }

        // Jobs that a batch's lease holds still stand in some stores' lines, mostly at the front.
        for (var at = 0; at < parts.Length && sum > runnable; at++)
        {
            var over = Math.Min(parts[at].Count, sum - runnable);
            parts[at].Count -= over;
            sum -= over;
        }

        return parts.Where(part => part.Count > 0)
            .Select(part => new DepthRow(queue, type, part.Priority, part.Count, full > 0 && part.Count >= MostCounted));
    }
}
