using Pawl.Hosting;

namespace Pawl.Simulation.Tests.Worlds;

/// <summary>One process on a machine, from its start to its end. When it is over, all its continuations and timers are dropped.</summary>
internal sealed class Life : SynchronizationContext, ILoops
{
    private readonly List<Step> _held = [];
    private long _pausedFrom;
    private long _pausedUntil;

    public Life(Machine machine, Scheduler scheduler, int number)
    {
        (Machine, Scheduler, Number) = (machine, scheduler, number);
        Clock = new NodeClock(this);
    }

    public Machine Machine { get; }

    public Scheduler Scheduler { get; }

    /// <summary>Which of its machine's, from 1.</summary>
    public int Number { get; }

    public NodeClock Clock { get; }

    public bool IsOver { get; private set; }

    /// <summary>From when to when it last stood still.</summary>
    public (long From, long Until) LastPause => (_pausedFrom, _pausedUntil);

    public bool IsPaused => Scheduler.Now < _pausedUntil;

    public override void Post(SendOrPostCallback d, object? state) => Scheduler.Post(new(this, d, state));

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Nothing may wait for another step on the only thread there is.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Starts a loop on this process.</summary>
    public Task StartAsync(Func<Task> loop)
    {
        // Its continuations may run at once, where its end is seen: elsewhere there is no thread for them.
        var ended = new TaskCompletionSource();
        Post(_ => _ = FollowAsync(loop, ended), null);
        return ended.Task;
    }

    /// <summary>Ends it without a word, as <c>kill -9</c> does.</summary>
    public void End()
    {
        IsOver = true;
        _held.Clear();
    }

    /// <summary>It does nothing for a while and does not know, as after <c>kill -STOP</c>.</summary>
    public void Pause(TimeSpan time)
    {
        if (IsPaused)
        {
            return;
        }

        (_pausedFrom, _pausedUntil) = (Scheduler.Now, Scheduler.Now + time.Ticks);
        var waker = new Life(Machine, Scheduler, 0);   // its own timers are held too
        waker.Clock.CreateTimer(_ => Resume(), null, time, Timeout.InfiniteTimeSpan);
    }

    public void Resume()
    {
        _pausedUntil = Math.Min(_pausedUntil, Scheduler.Now);
        foreach (var step in _held)
        {
            Scheduler.Post(step);
        }

        _held.Clear();
    }

    /// <summary>Keeps a step for later while it is paused.</summary>
    public bool TryHold(in Step step)
    {
        if (!IsPaused)
        {
            return false;
        }

        _held.Add(step);
        return true;
    }

    public override string ToString() => $"{Machine.Name}.{Number}";

    private static async Task FollowAsync(Func<Task> loop, TaskCompletionSource ended)
    {
        try
        {
            await loop();
            ended.SetResult();
        }
        catch (Exception error)
        {
            ended.SetException(error);
        }
    }
}
