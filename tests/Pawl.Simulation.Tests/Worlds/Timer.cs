namespace Pawl.Simulation.Tests.Worlds;

/// <summary>A timer of a node, on the virtual time.</summary>
internal sealed class Timer(Life life, TimerCallback callback, object? state) : ITimer
{
    private long _period;

    public Life Life => life;

    /// <summary>Rises with each change, so that what was set before is not fired.</summary>
    public long Version { get; private set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        Version++;
        _period = period > TimeSpan.Zero ? period.Ticks : 0;
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            life.Scheduler.Set(this, life.Scheduler.Now + dueTime.Ticks);
        }

        return true;
    }

    public void Fire(long due)
    {
        if (_period > 0)
        {
            life.Scheduler.Set(this, due + _period);
        }

        life.Post(static timer => ((Timer)timer!).Call(), this);
    }

    public void Dispose() => Version++;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Call() => callback(state);
}
