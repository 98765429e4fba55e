namespace Pawl;

/// <summary>One loop waits, anybody wakes it; a call that comes early is kept. Time comes from the clock it was given.</summary>
internal sealed class Signal : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private TaskCompletionSource<bool>? _waiter;
    private bool _set;

    public Signal(TimeProvider clock) =>
        _timer = clock.CreateTimer(
            static signal => ((Signal)signal!).Complete(false), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Wakes the loop, or lets its next wait end at once.</summary>
    public void Set()
    {
        TaskCompletionSource<bool>? waiter;
        lock (_gate)
        {
            waiter = _waiter;
            _waiter = null;
            _set = waiter is null;
        }

        waiter?.SetResult(true);
    }

    /// <summary>Waits for a call, at most so long. Only one may wait at a time.</summary>
    /// <returns>True for a call, false when the time has passed.</returns>
    public ValueTask<bool> WaitAsync(TimeSpan atMost)
    {
        TaskCompletionSource<bool> waiter;
        lock (_gate)
        {
            if (_set)
            {
                _set = false;
                return new(true);
            }

            // Asynchronously, or the caller of Set would run the loop.
            waiter = _waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        if (atMost != Timeout.InfiniteTimeSpan)
        {
            _timer.Change(atMost, Timeout.InfiniteTimeSpan);
        }

        return new(waiter.Task);
    }

    public void Dispose() => _timer.Dispose();

    private void Complete(bool called)
    {
        TaskCompletionSource<bool>? waiter;
        lock (_gate)
        {
            waiter = _waiter;
            _waiter = null;
        }

        waiter?.SetResult(called);
    }
}
