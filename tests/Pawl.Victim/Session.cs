using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pawl.Victim.Handlers;

namespace Pawl.Victim;

/// <summary>What one life does from READY on.</summary>
internal sealed class Session(IHost host, Order order, TimeProvider clock)
{
    private const int Few = 4;
    private const int LongJobs = 4;
    private const int Neighbours = 30;
    private const int Some = 10;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly JobState[] Open = [JobState.Scheduled, JobState.Blocked, JobState.Queued, JobState.Running];

    private readonly IJobs _jobs = host.Services.GetRequiredService<IJobs>();
    private readonly Calls _calls = host.Services.GetRequiredService<Calls>();
    private readonly Effects _effects = host.Services.GetRequiredService<Effects>();

    public async Task RunAsync()
    {
        var stop = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        if (order.Life == 1)
        {
            await SowAsync();
        }

        Say("READY");
        try
        {
            await (order.Mode switch
            {
                "load" => Task.WhenAll(ProduceAsync(stop), TickAsync(stop)),
                "long" => TickAsync(stop),
                "bear" => Task.WhenAll(
                    host.Services.GetRequiredService<Producers>().RunApartAsync(() => OpenAsync(1_000), stop), WorkAsync(stop)),
                "few" => FewAsync(stop),
                "ask" => host.Services.GetRequiredService<Producers>().RunApartAsync(() => OpenAsync(1_000), stop),
                "work" or "lead" => WorkAsync(stop),
                _ => DrainAsync(stop),
            });
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private async Task ProduceAsync(CancellationToken stop) =>
        await host.Services.GetRequiredService<Producers>().RunAsync(await OpenAsync(1_000), stop);

    private async Task FewAsync(CancellationToken stop)
    {
        for (var i = 0; i < Few; i++)
        {
            await _calls.MakeAsync("single", 1, null, async labelled => [await _jobs.EnqueueAsync(new Steps(2, 0), labelled, stop)]);
        }

        await DrainAsync(stop);
    }

    private async Task SowAsync()
    {
        if (order.Mode == "long")
        {
            await SowManyAsync(Enumerable.Repeat(new Steps(60, 10), LongJobs).ToList());
        }
        else if (order.Mode == "poison")
        {
            await SowManyAsync(Enumerable.Repeat(new Steps(10, 20), Neighbours).ToList());
            await _calls.MakeAsync(
                "single",
                1,
                null,
                async labelled => [await _jobs.EnqueueAsync(new Poison(order.Way, Neighbours: 3), labelled with { Priority = 10 })]);
        }
    }

    private Task SowManyAsync(List<Steps> jobs) =>
        _calls.MakeAsync("batch", jobs.Count, null, async labelled => [.. await _jobs.EnqueueManyAsync(jobs, labelled)]);

    private async Task DrainAsync(CancellationToken stop)
    {
        using var tick = new PeriodicTimer(Tick, clock);
        while (await OpenAsync(1) > 0)
        {
            await tick.WaitForNextTickAsync(stop);
        }
    }

    /// <summary>How many are open, at most so many. A page may end before it is full, and empty, where the machine is slow.</summary>
    private async Task<int> OpenAsync(int most)
    {
        var filter = new JobFilter { States = Open, Limit = most };
        for (var count = 0; ;)
        {
            var page = await _jobs.ListAsync(filter);
            count += page.Jobs.Count;
            if (!page.Partial || count >= most)
            {
                return count;
            }

            filter = filter with { After = page.Next };
        }
    }

    /// <summary>Says how many handlers have returned, whenever it is some more.</summary>
    private async Task WorkAsync(CancellationToken stop)
    {
        using var tick = new PeriodicTimer(Tick, clock);
        for (var said = 0; await tick.WaitForNextTickAsync(stop);)
        {
            if (_effects.Returned >= said + Some)
            {
                said = _effects.Returned;
                Say($"{said}");
            }
        }
    }

    private async Task TickAsync(CancellationToken stop)
    {
        using var tick = new PeriodicTimer(Tick, clock);
        while (await tick.WaitForNextTickAsync(stop))
        {
            Say($"{_effects.Returned} {_effects.Saved}");
        }
    }

    private static void Say(string word)
    {
        Console.Out.WriteLine(word);
        Console.Out.Flush();
    }
}
