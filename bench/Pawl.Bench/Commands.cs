using System.Diagnostics;

namespace Pawl.Bench;

/// <summary>How long one enqueue, one cancel and one retry take, each alone, in a database full of ended jobs.</summary>
internal static class Commands
{
    public static async Task RunAsync(Arguments arguments)
    {
        var (finished, count) = (arguments.Number("finished", 1_000_000), arguments.Number("n", 500));
        Database.Current.Drop();
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long heard = 0;
        await using (var filling = await Engine.StartAsync(arguments.Number("conc", 10), (_, _) =>
        {
            if (Interlocked.Increment(ref heard) == finished)
            {
                ran.TrySetResult();
            }
        }))
        {
            await filling.BulkAsync(finished, 10_000);
            await ran.Task;
            await Database.Current.DrainedAsync(TimeSpan.FromMinutes(5));
        }

        await using var engine = await Engine.StartAsync(slots: 0);
        var warm = await EnqueueAsync(engine, 20, []);
        await EachAsync(warm, [], id => engine.Jobs.CancelAsync(id));
        var (made, cancelled, retried) = (new List<double>(count), new List<double>(count), new List<double>(count));
        var ids = await EnqueueAsync(engine, count, made);
        await EachAsync(ids, cancelled, id => engine.Jobs.CancelAsync(id));
        var stopped = Database.Current.Cancelled();
        await EachAsync(ids, retried, id => engine.Jobs.RetryAsync(id));
        var whole = stopped == count + warm.Count && Database.Current.Queued() == count && Database.Current.Done() == finished;
        foreach (var (command, samples) in new[] { ("enqueue", made), ("cancel", cancelled), ("retry", retried) })
        {
            Report.Emit(
            [
                ("measure", "commands"), ("command", command), ("finished", finished), ("n", count),
                ("verified", whole ? "ok" : "BAD"), .. Report.Percentiles(samples),
            ]);
        }
    }

    private static async Task<IReadOnlyList<JobId>> EnqueueAsync(Engine engine, int count, List<double> samples)
    {
        var ids = new List<JobId>(count);
        await EachAsync(
            Enumerable.Range(0, count), samples, async number => ids.Add((await engine.Jobs.EnqueueAsync(Noop.Of(number))).Id));
        return ids;
    }

    private static async Task EachAsync<T>(IEnumerable<T> all, List<double> samples, Func<T, Task> call)
    {
        foreach (var one in all)
        {
            var since = Stopwatch.GetTimestamp();
            await call(one);
            samples.Add(Report.Seconds(since) * 1000);
        }
    }
}
