using Pawl.Hosting;

namespace Pawl.Testing;

/// <summary>Runs the engine's loops and the handlers one step at a time, and knows when there is no step left.</summary>
/// <remarks>Without it a clock that is moved would outrun the loops: the sweeper would see a heartbeat missing that was only not
/// scheduled.</remarks>
internal sealed class OneByOne : TaskScheduler, ILoops
{
    private readonly Lock _gate = new();
    private readonly Queue<Task> _steps = new();
    private TaskCompletionSource? _quiet;
    private bool _runs;

    /// <summary>Called after each time that no step was left.</summary>
    public event Action? Quieted;

    public Task StartAsync(Func<Task> loop) =>
        Task.Factory.StartNew(loop, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Ends when no step is left. A handler that waits for something outside is no step.</summary>
    public Task QuietAsync()
    {
        lock (_gate)
        {
            return _runs ? (_quiet ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
    }

    protected override void QueueTask(Task task)
    {
        lock (_gate)
        {
            _steps.Enqueue(task);
            if (_runs)
            {
                return;
            }

            _runs = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static one => one.Run(), this, preferLocal: false);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
        {
            return [.. _steps];
        }
    }

    private void Run()
    {
        while (true)
        {
            Task? step;
            TaskCompletionSource? quiet = null;
            lock (_gate)
            {
                if (!_steps.TryDequeue(out step))
                {
                    _runs = false;
                    (quiet, _quiet) = (_quiet, null);
                }
            }

            if (step is null)
            {
                quiet?.SetResult();
                Quieted?.Invoke();
                return;
            }

            TryExecuteTask(step);
        }
    }
}
