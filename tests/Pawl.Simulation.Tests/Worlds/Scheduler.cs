namespace Pawl.Simulation.Tests.Worlds;

/// <summary>Runs everything on one thread: of the steps that are ready, chance picks the next; when none is, the time jumps to the next
/// timer.</summary>
internal sealed class Scheduler(Dice dice)
{
    // So many steps without time passing: somebody spins.
    private const int MostAtOnce = 200_000;

    private readonly List<Step> _ready = [];
    private readonly PriorityQueue<(Timer Timer, long Version), (long Due, long Order)> _timers = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private volatile string? _broken;
    private long _lastOrder;
    private int _atOnce;

    /// <summary>The virtual time in ticks. Not zero at first, so that code which takes 0 for "never" is found out.</summary>
    public long Now { get; private set; } = TimeSpan.TicksPerDay;

    /// <summary>How many steps were made.</summary>
    public long Steps { get; private set; }

    /// <summary>What the engine did that cannot be replayed; null while all is well.</summary>
    public string? Broken => _broken;

    public TimeSpan Since(long then) => TimeSpan.FromTicks(Now - then);

    public void Post(in Step step)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _broken ??= $"a continuation came from another thread: {step.Call.Method.DeclaringType}.{step.Call.Method.Name} of {step.Life}"
                + Environment.NewLine + Environment.StackTrace;
        }
        else if (!step.Life.IsOver)
        {
            _ready.Add(step);
        }
    }

    /// <summary>Runs until a time, or until something is reached.</summary>
    public void Run(long until, Func<bool> reached)
    {
        while (_broken is null)
        {
            if (_ready.Count > 0)
            {
                RunOne();
                if (reached())
                {
                    return;
                }
            }
            else if (!Fire(until))
            {
                Now = Math.Max(Now, until);
                return;
            }
        }
    }

    public void Set(Timer timer, long due) => _timers.Enqueue((timer, timer.Version), (due, ++_lastOrder));

    private void RunOne()
    {
        // Chance picks; the last one takes its place.
        var at = _ready.Count == 1 ? 0 : dice.Below(_ready.Count);
        var step = _ready[at];
        _ready[at] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        if (step.Life.IsOver || step.Life.TryHold(step))
        {
            return;
        }

        Steps++;
        if (++_atOnce > MostAtOnce)
        {
            _broken = $"{MostAtOnce} steps were made while no time passed; the last one by {step.Life}";
            return;
        }

        SynchronizationContext.SetSynchronizationContext(step.Life);
        try
        {
            step.Call(step.State);
        }
        catch (Exception error)
        {
            _broken = $"a step of {step.Life} threw: {error}";
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    /// <summary>Moves the time to the next timers and makes them ready; false when there is none until then.</summary>
    private bool Fire(long until)
    {
        while (_timers.TryPeek(out var next, out var when))
        {
            if (next.Timer.Version != next.Version || next.Timer.Life.IsOver)
            {
                _timers.Dequeue();
                continue;
            }

            if (when.Due > until)
            {
                return false;
            }

            if (when.Due > Now)
            {
                if (_ready.Count > 0)
                {
                    return true;
                }

                (Now, _atOnce) = (when.Due, 0);
            }

            _timers.Dequeue();
            next.Timer.Fire(when.Due);
        }

        return _ready.Count > 0;
    }
}

/// <summary>Something a node is about to do.</summary>
internal readonly record struct Step(Life Life, SendOrPostCallback Call, object? State);
