using System.Diagnostics;

namespace Pawl.Bench;

/// <summary>How long a job is on the way, how much an idle engine costs, and how a backlog changes both.</summary>
internal static class Latency
{
    /// <summary>Prints READY, then the percentiles after n samples.</summary>
    /// <remarks>One process owns a SQLite file, so with that store the producer is a task of this process; with PostgreSQL it is
    /// <c>latency-producer</c> in another.</remarks>
    public static async Task WorkerAsync(Arguments arguments)
    {
        var (count, rate, warm) = (arguments.Number("n", 300), arguments.Number("rate", 20), arguments.Number("warm", 1));
        var samples = new List<double>(count + warm);
        var whole = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var engine = await Engine.StartAsync(arguments.Number("conc", 10), (payload, _) =>
        {
            var sample = Ran.Milliseconds(payload);
            lock (samples)
            {
                samples.Add(sample);
                if (samples.Count == count + warm)
                {
                    whole.TrySetResult();
                }
            }
        });
        Console.WriteLine("READY");
        if (!Database.Current.IsShared)
        {
            await ProduceAsync(engine, count + warm, rate);
        }

        await whole.Task.WaitAsync(TimeSpan.FromMinutes(5), TimeProvider.System);
        samples.RemoveRange(0, warm);   // the first ones pay for compiling the path
        Report.Emit([("measure", "latency"), ("n", count), ("warm", warm), .. Report.Percentiles(samples)]);
    }

    /// <summary>Sends what <c>latency-worker</c> in another process waits for.</summary>
    public static async Task ProducerAsync(Arguments arguments)
    {
        if (!Database.Current.IsShared)
        {
            await Console.Error.WriteLineAsync(
                "One process owns a SQLite file, so latency-worker brings its own producer; nothing to do here.");
            return;
        }

        await using var engine = await Engine.StartAsync(slots: 0);
        await ProduceAsync(engine, arguments.Number("n", 300) + arguments.Number("warm", 1), arguments.Number("rate", 20));
    }

    /// <summary>What an engine costs that has nothing to do.</summary>
    public static async Task IdleAsync(Arguments arguments)
    {
        var length = arguments.Number("secs", 60);
        await using var engine = await Engine.StartAsync(arguments.Number("conc", 10));
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System);   // after the start's own work
        var (cpu, statements) = (Report.Cpu, Statements.Count);
        await Task.Delay(TimeSpan.FromSeconds(length), TimeProvider.System);
        Report.Emit(
            ("measure", "idle"), ("secs", length), ("statements_per_minute", (Statements.Count - statements) * 60.0 / length),
            ("cpu_percent", (Report.Cpu - cpu) * 100 / length), ("rss_mb", Report.PeakMegabytes));
    }

    /// <summary>Start latency of manual jobs while a backlog waits.</summary>
    public static async Task ManualAsync(Arguments arguments)
    {
        var (backlog, count, rate) = (arguments.Number("backlog", 1_000_000), arguments.Number("n", 200), arguments.Number("rate", 20));
        var low = new EnqueueOptions { Priority = -20 };
        await using (var filling = await Engine.StartAsync(slots: 0))
        {
            await filling.BulkAsync(backlog, 10_000, low);
        }

        var samples = new List<double>(count);
        var whole = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long lowStarted = 0;
        await using var engine = await Engine.StartAsync(arguments.Number("conc", 10), (payload, job) =>
        {
            if (payload.SentAt == 0)
            {
                Interlocked.Increment(ref lowStarted);
                Thread.SpinWait(20_000);   // bulk work that keeps the slots busy
                return;
            }

            var sample = Ran.Milliseconds(payload);
            lock (samples)
            {
                samples.Add(sample);
                if (samples.Count == count)
                {
                    whole.TrySetResult();
                }
            }
        });
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        await ProduceAsync(engine, count, rate, new EnqueueOptions { Trigger = Trigger.Manual });
        await whole.Task.WaitAsync(TimeSpan.FromMinutes(5), TimeProvider.System);
        Report.Emit(
        [
            ("measure", "manual"), ("backlog", backlog), ("n", count), ("low_started", Interlocked.Read(ref lowStarted)),
            ("low_waiting", Database.Current.Queued()), .. Report.Percentiles(samples),
        ]);
    }

    /// <summary>Drain with many jobs waiting, against drain with few, in one run.</summary>
    public static async Task BacklogAsync(Arguments arguments)
    {
        var (small, large) = (arguments.Number("small", 60_000), arguments.Number("large", 1_000_000));
        var count = Math.Min(arguments.Number("n", 50_000), small);   // more than are there would be waited for without end
        var few = await RateAsync(small, count, arguments.Number("conc", 10));
        var many = await RateAsync(large, count, arguments.Number("conc", 10));
        Report.Emit(
            ("measure", "backlog"), ("small", small), ("rate_small", few), ("large", large), ("rate_large", many), ("ratio", many / few));
    }

    private static async Task<double> RateAsync(int waiting, int count, int slots)
    {
        Database.Current.Drop();
        await using (var filling = await Engine.StartAsync(slots: 0))
        {
            await filling.BulkAsync(waiting, 10_000);
        }

        var warm = count / 5;
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long ran = 0;
        await using var engine = await Engine.StartAsync(slots, (_, _) =>
        {
            var now = Interlocked.Increment(ref ran);
            if (now == warm)
            {
                begun.TrySetResult();
            }
            else if (now == count)
            {
                reached.TrySetResult();
            }
        });
        await begun.Task;
        var since = Stopwatch.GetTimestamp();
        await reached.Task;
        return (count - warm) / Report.Seconds(since);
    }

    private static async Task ProduceAsync(Engine engine, int count, int rate, EnqueueOptions? options = null)
    {
        var random = new Random(1);
        for (var i = 0; i < count; i++)
        {
            await engine.Jobs.EnqueueAsync(Noop.Of(i, Stopwatch.GetTimestamp()), options);
            await Task.Delay(TimeSpan.FromMilliseconds(1000.0 / rate * (0.5 + random.NextDouble())), TimeProvider.System);
        }
    }
}
