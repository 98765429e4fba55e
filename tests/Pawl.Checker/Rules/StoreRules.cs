namespace Pawl.Checker.Rules;

/// <summary>The connections keep to the pool (G19), memory stays flat (G20), the counts the store keeps are those of its rows, and its
/// files
/// are whole.</summary>
internal static class StoreRules
{
    public static void Check(History history, Judgement judgement)
    {
        if (history.Settings.Pool is { } pool)
        {
            judgement.Limit("connections", history.Samples.Max(sample => sample.Connections) ?? 0, pool);
        }

        if (history.Settings.MemoryGrowthMb is { } most)
        {
            var growth = history.Samples.Where(sample => sample.MemoryMb is not null).GroupBy(sample => sample.Process)
                .Select(process => process.Max(sample => sample.MemoryMb!.Value) - process.First().MemoryMb!.Value);
            judgement.Limit("memory_growth_mb", growth.DefaultIfEmpty(0).Max(), most);
        }

        var wrong = new List<string>();
        if (history.Integrity != "ok")
        {
            wrong.Add(history.Integrity);
        }

        Counts(history, wrong);
        judgement.Limit("store_damages", wrong.Count, 0, string.Join("; ", wrong.Take(20)));
    }

    private static void Counts(History history, List<string> wrong)
    {
        if (history.Counts.Count == 0)
        {
            return;
        }

        var real = new Dictionary<(long? Line, string Name), long>();
        void Add(long? line, string name, long n = 1) => real[(line, name)] = real.GetValueOrDefault((line, name)) + n;
        foreach (var job in history.Jobs)
        {
            Add(job.Line, job.State);
            Add(job.Line, "held", job.Held ? 1 : 0);
            Add(job.Line, "dead", job is { State: "failed", Dismissed: false } ? 1 : 0);
            Add(null, "created");
            Add(null, "started", job.Attempt);
        }

        foreach (var attempt in history.Attempts)
        {
            Add(null, attempt.Outcome);
        }

        // 'retry' and 'deferred' are of jobs that wait; after the drain there are none, which a wrong count would tell.
        var kept = history.Counts.ToDictionary(count => (count.Line, count.Name), count => count.N);
        foreach (var count in real.Keys.Union(kept.Keys))
        {
            if (kept.GetValueOrDefault(count) != real.GetValueOrDefault(count))
            {
                var (told, there) = (kept.GetValueOrDefault(count), real.GetValueOrDefault(count));
                wrong.Add($"line {count.Line} counts {told} {count.Name}; there are {there}");
            }
        }
    }
}
