using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pawl.Browser.Tests;

/// <summary>Says what it is told, waits for <see cref="Gates"/>, fails; in that order.</summary>
[Job("demo")]
public sealed record Demo(string? Say = null, bool Wait = false, ErrorCategory? Fail = null);

/// <summary>What waiting handlers wait for.</summary>
public sealed class Gates
{
    private readonly ConcurrentDictionary<JobId, (TaskCompletionSource Begun, TaskCompletionSource Open)> _gates = new();

    /// <summary>Ends when the handler of a job waits.</summary>
    public Task BegunAsync(JobId id) => Of(id).Begun.Task.WaitAsync(TimeSpan.FromSeconds(90));

    /// <summary>Lets a handler go on.</summary>
    public void Open(JobId id) => Of(id).Open.TrySetResult();

    /// <summary>Lets every handler go on that waits: a host that stops would wait for them.</summary>
    public void OpenAll()
    {
        foreach (var (_, open) in _gates.Values)
        {
            open.TrySetResult();
        }
    }

    internal Task PassAsync(JobId id, CancellationToken cancellationToken)
    {
        Of(id).Begun.TrySetResult();
        return Of(id).Open.Task.WaitAsync(cancellationToken);
    }

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
        }

        job.Progress(1, 2, "half");
        if (payload.Wait)
        {
            await gates.PassAsync(job.Id, cancellationToken);
        }

        if (payload.Fail is { } category)
        {
            throw new JobException(category, "told to fail");
        }
    }
}
