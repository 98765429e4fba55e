using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pawl.Cli.Demo;

/// <summary>Types to try a server with.</summary>
internal static class DemoJobs
{
    public static PawlBuilder AddDemo(this PawlBuilder pawl) => pawl
        .AddHandler<SleepHandler, Sleep>()
        .AddHandler<FailHandler, Fail>()
        .AddHandler<DemoItemsHandler, DemoItems>()
        .AddHandler<StreamHandler, DemoStream>()
        .AddHandler<CrashHandler, Crash>();
}

/// <summary>Sleeps, and says each second how far it is.</summary>
[Job("demo.sleep", Queue = "demo", Timeout = "1h", Description = "Sleeps for some seconds")]
internal sealed record Sleep(double Seconds = 1);

/// <summary>Fails some times with an error of a category, then succeeds.</summary>
[Job("demo.fail", Queue = "demo", Description = "Fails some times, then succeeds")]
internal sealed record Fail(string Category = "provider_error", int? Times = null, int? RetryAfterMs = null);

/// <summary>Walks over items of the dataset <c>demo</c>.</summary>
[Job("demo.items", Queue = "demo", Timeout = "1h", Description = "Walks over items, some of which fail")]
internal sealed record DemoItems(int Count = 10, int Ms = 0, IReadOnlyList<string>? FailKeys = null);

/// <summary>Says something bit by bit.</summary>
[Job("demo.stream", Queue = "demo", Timeout = "1h", Description = "Says a text bit by bit")]
internal sealed record DemoStream(int Chunks = 10, int Ms = 100);

/// <summary>Ends the process it runs in.</summary>
[Job("demo.crash", Queue = "demo", Description = "Kills the process that runs it")]
internal sealed record Crash;

internal sealed class SleepHandler : IJobHandler<Sleep>
{
    public async Task HandleAsync(Sleep payload, JobContext job, CancellationToken cancellationToken)
    {
        var whole = (long)Math.Ceiling(payload.Seconds);
        for (var done = 0L; done < whole; done++)
        {
            job.Progress(done, whole);
            await Task.Delay(TimeSpan.FromSeconds(Math.Min(1, payload.Seconds - done)), job.Clock, cancellationToken).ConfigureAwait(false);
        }

        job.Progress(whole, whole);
        job.Result(new { slept_seconds = payload.Seconds });
    }
}

internal sealed class FailHandler : IJobHandler<Fail>
{
    public Task HandleAsync(Fail payload, JobContext job, CancellationToken cancellationToken)
    {
        if (payload.Times is { } times && job.Failures >= times)
        {
            return Task.CompletedTask;
        }

        if (!Words.TryParse<ErrorCategory>(payload.Category, out var category))
        {
            throw new JobException(
                ErrorCategory.InvalidInput, $"There is no category {Shown.Text(payload.Category)}.", "payload_invalid");
        }

        throw new JobException(
            category,
            string.Create(CultureInfo.InvariantCulture, $"Failure {job.Failures + 1}, as asked for."),
            "demo",
            payload.RetryAfterMs is { } wait ? TimeSpan.FromMilliseconds(wait) : null);
    }
}

internal sealed class DemoItemsHandler : ItemHandler<DemoItems, string>
{
    protected override string Dataset(DemoItems payload) => "demo";

    protected override async IAsyncEnumerable<string> ItemsAsync(
        DemoItems payload, JobContext job, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1; number <= payload.Count; number++)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"item-{number}");
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    protected override ItemId Identify(string item) => item;

    protected override ValueTask<long?> CountAsync(DemoItems payload, JobContext job, CancellationToken cancellationToken) =>
        new(payload.Count);

    protected override async Task<ItemOutput?> ProcessAsync(
        DemoItems payload, string item, JobContext job, CancellationToken cancellationToken)
    {
        if (payload.Ms > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(payload.Ms), job.Clock, cancellationToken).ConfigureAwait(false);
        }

        return payload.FailKeys?.Contains(item) == true
            ? throw new JobException(ErrorCategory.InvalidInput, $"The item {item} fails, as asked for.", "demo")
            : null;
    }
}

internal sealed class StreamHandler : IJobHandler<DemoStream>
{
    public async Task HandleAsync(DemoStream payload, JobContext job, CancellationToken cancellationToken)
    {
        for (var chunk = 1; chunk <= payload.Chunks; chunk++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(payload.Ms), job.Clock, cancellationToken).ConfigureAwait(false);
            DemoLog.Chunk(job.Logger, chunk, payload.Chunks);
            job.Progress(chunk, payload.Chunks, string.Create(CultureInfo.InvariantCulture, $"chunk {chunk}"));
        }
    }
}

internal sealed class CrashHandler : IJobHandler<Crash>
{
    public Task HandleAsync(Crash payload, JobContext job, CancellationToken cancellationToken)
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
        return Task.CompletedTask;
    }
}

/// <summary>What the demo types have to say.</summary>
internal static partial class DemoLog
{
    [LoggerMessage(1990, LogLevel.Information, "Chunk {Chunk} of {Chunks}")]
    public static partial void Chunk(ILogger logger, int chunk, int chunks);
}
