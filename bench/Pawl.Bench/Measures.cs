using System.Diagnostics;

namespace Pawl.Bench;

/// <summary>The measures every peer knows, by the names of the command form.</summary>
internal static class Measures
{
    public static async Task InitAsync()
    {
        Database.Current.Drop();
        await using var engine = await Engine.StartAsync(slots: 0);
        Report.Emit(("measure", "init"), ("ok", true.ToString().ToLowerInvariant()));
    }

    public static async Task SingleAsync(Arguments arguments)
    {
        var (count, producers) = (arguments.Number("n", 2000), arguments.Number("conc", 1));
        await using var engine = await Engine.StartAsync(slots: 0);
        for (var i = 0; i < 50; i++)
        {
            await engine.Jobs.EnqueueAsync(Noop.Of(i));   // warm the code paths, not the figure
        }

        var before = Database.Current.Queued();
        var left = count;
        var since = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, producers).Select(_ => Task.Run(async () =>
        {
            for (int id; (id = Interlocked.Decrement(ref left)) >= 0;)
            {
                await engine.Jobs.EnqueueAsync(Noop.Of(id));
            }
        })));
        var seconds = Report.Seconds(since);
        var made = Database.Current.Queued() - before;
        Report.Emit(
            ("measure", "single"), ("conc", producers), ("n", count), ("secs", seconds), ("rate", count / seconds),
            ("verified", made == count ? "ok" : $"BAD {made}"), ("cpu", Report.Cpu));
    }

    public static async Task BulkAsync(Arguments arguments)
    {
        var (count, batch) = (arguments.Number("n", 100_000), arguments.Number("batch", 1000));
        await using var engine = await Engine.StartAsync(slots: 0);
        var before = Database.Current.Queued();
        var since = Stopwatch.GetTimestamp();
        await engine.BulkAsync(count, batch);
        var seconds = Report.Seconds(since);
        var made = Database.Current.Queued() - before;
        Report.Emit(
            ("measure", "bulk"), ("batch", batch), ("n", count), ("secs", seconds), ("rate", count / seconds),
            ("verified", made == count ? "ok" : $"BAD {made}"), ("cpu", Report.Cpu), ("rss_mb", Report.PeakMegabytes));
    }

    /// <summary>From the worker's start until the database itself says that everything has ended once.</summary>
    public static async Task DrainAsync(Arguments arguments)
    {
        var upTo = arguments.Number("upto", 0);
        var (queued, before, endedBefore) = (Database.Current.Queued(), Database.Current.Done(), Database.Current.Succeeded());
        var goal = upTo > 0 ? upTo : queued;
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long ran = 0;
        await using (var engine = Engine.Build(arguments.Number("conc", 10), (_, _) =>
        {
            if (Interlocked.Increment(ref ran) == goal)
            {
                reached.TrySetResult();
            }
        }, arguments.Number("prefetch", 0) is var prefetch and > 0 ? prefetch : null))
        {
            var cpu = Report.Cpu;
            var since = Stopwatch.GetTimestamp();
            await engine.StartAsync();
            await reached.Task;
            var seconds = Report.Seconds(since);
            if (upTo == 0)
            {
                await Database.Current.DrainedAsync(TimeSpan.FromMinutes(1));
                seconds = Report.Seconds(since);
            }

            cpu = Report.Cpu - cpu;
            await engine.DisposeAsync();
            var (done, ended) = (Database.Current.Done() - before, Database.Current.Succeeded() - endedBefore);
            var whole = upTo > 0 ? done >= goal : done == goal && Interlocked.Read(ref ran) == goal;
            Report.Emit(
                ("measure", "drain"), ("conc", arguments.Number("conc", 10)), ("n", goal), ("secs", seconds), ("rate", goal / seconds),
                ("verified", whole && ended == done ? "ok" : $"BAD done={done} ended={ended} ran={ran}"), ("cpu", cpu),
                ("us_cpu_per_job", cpu * 1e6 / goal), ("rss_mb", Report.PeakMegabytes));
        }
    }

    public static async Task SteadyAsync(Arguments arguments)
    {
        var (length, batch, cap) = (arguments.Number("secs", 60), arguments.Number("batch", 500), arguments.Number("cap", 20_000));
        var before = Database.Current.Done();
        await using var engine = await Engine.StartAsync(arguments.Number("conc", 10));
        long made = 0;
        var per10 = new List<long>();
        var (mark, last) = (Stopwatch.GetTimestamp(), 0L);
        var since = mark;
        while (Report.Seconds(since) < length)
        {
            if (made - engine.Ran.Count > cap)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
            }
            else
            {
                await engine.BulkAsync(batch, batch);
                made += batch;
            }

            if (Report.Seconds(mark) >= 10)
            {
                per10.Add((engine.Ran.Count - last) / 10);
                (mark, last) = (Stopwatch.GetTimestamp(), engine.Ran.Count);
            }
        }

        await Database.Current.DrainedAsync(TimeSpan.FromMinutes(2));
        var seconds = Report.Seconds(since);
        var done = Database.Current.Done() - before;
        Report.Emit(
            ("measure", "steady"), ("secs", seconds), ("n", done), ("rate", done / seconds), ("per10s", string.Join(' ', per10)),
            ("verified", done == made ? "ok" : $"BAD made={made} done={done}"), ("cpu", Report.Cpu), ("rss_mb", Report.PeakMegabytes));
    }

    public static async Task WorkerAsync(Arguments arguments)
    {
        await using var engine = await Engine.StartAsync(arguments.Number("conc", 10));
        Console.WriteLine("READY");
        await engine.StoppedAsync();
    }
}
