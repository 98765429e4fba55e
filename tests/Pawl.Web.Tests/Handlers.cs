using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Pawl.Web.Tests;

/// <summary>Runs here: says what it is told, leaves a blob, waits for <see cref="Gates"/>, fails; in that order.</summary>
[Job("demo")]
public sealed record Demo(string? Say = null, string? Attach = null, bool Wait = false, string? Fail = null);

/// <summary>Runs nowhere: its jobs stay where they are.</summary>
[Job("parked", Queue = "parking")]
public sealed record Parked(int Number = 0);

/// <summary>What waiting handlers wait for.</summary>
public sealed class Gates
{
    private readonly ConcurrentDictionary<JobId, (TaskCompletionSource Begun, TaskCompletionSource Open)> _gates = new();

    /// <summary>Ends when the handler of a job waits.</summary>
    public Task BegunAsync(string id) => Of(Number(id)).Begun.Task.WaitAsync(TimeSpan.FromSeconds(120));

    /// <summary>Lets a handler go on.</summary>
    public void Open(string id) => Of(Number(id)).Open.TrySetResult();

    internal Task PassAsync(JobId id, CancellationToken cancellationToken)
    {
        Of(id).Begun.TrySetResult();
        return Of(id).Open.Task.WaitAsync(cancellationToken);
    }

    private static JobId Number(string id) => JobId.TryParse(id, out var number) ? number : throw new ArgumentException(id, nameof(id));

    private (TaskCompletionSource Begun, TaskCompletionSource Open) Of(JobId id) => _gates.GetOrAdd(
        id,
        static _ => (new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously)));
}

internal sealed class DemoHandler(Gates gates) : IJobHandler<Demo>
{
    public async Task HandleAsync(Demo payload, JobContext job, CancellationToken cancellationToken)
    {
        if (payload.Say is { } text)
        {
            job.Logger.LogInformation("{Text}", text);
            job.Logger.LogWarning("{Text} again", text);
        }

        if (payload.Attach is { } content)
        {
            await job.AttachAsync("note.txt", Encoding.UTF8.GetBytes(content), "text/plain", cancellationToken);
        }

        job.Progress(1, 2, "half");
        if (payload.Wait)
        {
            await gates.PassAsync(job.Id, cancellationToken);
        }

        if (payload.Fail is { } word)
        {
            throw new JobException(Words.Parse<ErrorCategory>(word), "told to fail");
        }
    }
}
