using System.Diagnostics;
using System.Text.Json;

namespace Pawl.Bench;

/// <summary>How long one page of a list and one count take in a database full of jobs: the oldest are of a rare type, then many ended, some
/// of them badly, then many that wait.</summary>
internal static class Lists
{
    private const int Rare = 500;

    private static readonly (string Query, JobSort Sort)[] Pages =
    [
        ("", JobSort.Id), ("", JobSort.CreatedAt), ("", JobSort.Priority), ("", JobSort.EndedAt), ("state:queued", JobSort.Id),
        ("state:running", JobSort.Id), ("state:succeeded", JobSort.Id), ("state:failed", JobSort.Id), ("state:scheduled", JobSort.Id),
        ("state:live", JobSort.Id), ("state:ended", JobSort.Id), ("is:dead", JobSort.Id), ("is:dead", JobSort.EndedAt),
        ("type:bench.noop", JobSort.Id), ("type:bench.rare", JobSort.Id), ("queue:default", JobSort.Id), ("queue:rare", JobSort.Id),
        ("type:bench.noop state:succeeded", JobSort.Id), ("type:bench.rare state:queued", JobSort.Id), ("unique:nobody", JobSort.Id),
        ("tag:nothing", JobSort.Id), ("args.id:-1", JobSort.Id), ("nowhere", JobSort.Id),
    ];

    public static async Task RunAsync(Arguments arguments)
    {
        var (finished, waiting) = (arguments.Number("finished", 700_000), arguments.Number("waiting", 300_000));
        var count = arguments.Number("n", 20);
        Database.Current.Drop();
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long heard = 0;
        await using (var filling = await Engine.StartAsync(arguments.Number("conc", 10), (noop, _) =>
        {
            if (Interlocked.Increment(ref heard) == finished)
            {
                ran.TrySetResult();
            }

            if (noop.Id % 50 == 1)
            {
                throw new InvalidOperationException("Told to fail.");
            }
        }))
        {
            await WaitAsync(filling, Rare, "bench.rare", "rare");
            await filling.BulkAsync(finished, 10_000, new() { MaxAttempts = 1 });
            await ran.Task;
            await WaitAsync(filling, waiting, "bench.wait", "default");
        }

        await using var engine = await Engine.StartAsync(slots: 0);
        foreach (var (query, sort) in Pages)
        {
            var (samples, jobs, partial) = (new List<double>(count), 0, false);
            for (var i = 0; i < count; i++)
            {
                var since = Stopwatch.GetTimestamp();
                var page = await engine.Jobs.ListAsync(new() { Query = query, Sort = sort });
                samples.Add(Report.Seconds(since) * 1000);
                (jobs, partial) = (page.Jobs.Count, page.Partial);
            }

            Report.Emit(
                [
                    ("measure", "lists"), ("query", query), ("sort", sort.ToString()), ("jobs", jobs), ("partial", partial.ToString()),
                    .. Report.Percentiles(samples),
                ]);
        }

        foreach (var query in new[] { "", "type:bench.noop", "state:live", "is:dead", "nowhere" })
        {
            var (samples, counts) = (new List<double>(count), default(JobCounts));
            for (var i = 0; i < count; i++)
            {
                var since = Stopwatch.GetTimestamp();
                counts = await engine.Jobs.CountsAsync(query);
                samples.Add(Report.Seconds(since) * 1000);
            }

            Report.Emit(
                [
                    ("measure", "counts"), ("query", query), ("jobs", counts!.Counts.Values.Sum()),
                    ("estimated", counts.Estimated.ToString()), .. Report.Percentiles(samples),
                ]);
        }
    }

    private static async Task WaitAsync(Engine engine, int count, string type, string queue)
    {
        for (var left = count; left > 0; left -= 10_000)
        {
            await engine.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, Math.Min(10_000, left)).Select(index => new JobDraft(
                type, JsonSerializer.SerializeToUtf8Bytes(Noop.Of(left - index)), new() { Queue = queue }))]);
        }
    }
}
