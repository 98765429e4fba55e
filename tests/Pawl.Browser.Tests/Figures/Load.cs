using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Pawl.Browser.Tests.Figures;

/// <summary>A job that does nothing, or fails in one of some ways.</summary>
[Job("figures.work")]
public sealed record Work(int N);

internal sealed class WorkHandler : IJobHandler<Work>
{
    /// <summary>Every so many jobs one fails.</summary>
    public const int Fails = 50;

    private const int Ways = 8;

    public Task HandleAsync(Work payload, JobContext job, CancellationToken cancellationToken)
    {
        var way = payload.N / Fails % Ways;
        return payload.N % Fails == 0
            ? throw new JobException(ErrorCategory.InvalidInput, $"told to fail in way {(char)('a' + way)}", $"way_{way}")
            : Task.CompletedTask;
    }
}

/// <summary>Fills a store, and keeps it busy.</summary>
internal static class Load
{
    private const int Batch = 10_000;
    private const int Types = 20;
    private static readonly string[] Queues = ["default", "mail", "images", "reports", "import"];

    /// <summary>What a server needs to know for this.</summary>
    public static void Know(PawlBuilder pawl)
    {
        pawl.AddHandler<WorkHandler, Work>();
        pawl.Services.Configure<PawlOptions>(static engine => engine.Worker.Slots = 32);
    }

    /// <summary>Brings in so many jobs that end, some of them badly, and so many of types that nobody here runs, in five queues.</summary>
    public static async Task FillAsync(Site site, int ended, int waiting, CancellationToken cancellationToken)
    {
        for (var first = 1; first <= ended; first += Batch)
        {
            await site.Jobs.EnqueueManyAsync(
                Enumerable.Range(first, Math.Min(Batch, ended - first + 1)).Select(static n => new Work(n)), null, cancellationToken);
        }

        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        while (await EndedAsync(site, cancellationToken) < ended)
        {
            await tick.WaitForNextTickAsync(cancellationToken);
        }

        for (var first = 0; first < waiting; first += Batch)
        {
            await site.Jobs.EnqueueManyAsync(
                [.. Enumerable.Range(first, Math.Min(Batch, waiting - first)).Select(Waits)], cancellationToken);
        }
    }

    /// <summary>Brings in so many jobs a second, each of which is created, started and ended, until it is told to stop.</summary>
    public static async Task GoAsync(Site site, int perSecond, CancellationToken stop)
    {
        const int Ticks = 10;
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / Ticks), TimeProvider.System);
        try
        {
            for (var n = 1; await tick.WaitForNextTickAsync(stop); n += perSecond / Ticks)
            {
                await site.Jobs.EnqueueManyAsync(Enumerable.Range(n, perSecond / Ticks).Select(static n => new Work(n)), null, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // It was told to.
        }
    }

    private static async Task<long> EndedAsync(Site site, CancellationToken cancellationToken)
    {
        var counts = (await site.Jobs.CountsAsync(cancellationToken: cancellationToken)).Counts;
        return counts.GetValueOrDefault(JobState.Succeeded) + counts.GetValueOrDefault(JobState.Failed);
    }

    private static JobDraft Waits(int n) => new(
        $"figures.wait.{(char)('a' + (n % Types))}",
        Encoding.UTF8.GetBytes($$"""{"n":{{n}},"repository":"acme/app"}"""),
        new() { Queue = Queues[n / Types % Queues.Length], Priority = n % 3 * 20 });
}
