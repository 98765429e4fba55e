using Pawl.Errors;

namespace Pawl.Running;

/// <summary>One look at all attempts, four times a second while there are any: time limits, times of grace, what waits too long, what is
/// held back. No job has a timer of its own.</summary>
internal sealed class Watch : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GraceAfterTimeout = TimeSpan.FromSeconds(5);

    private readonly Slots _slots;
    private readonly Saves _saves;
    private readonly TimeProvider _clock;
    private readonly Signal _signal;
    private readonly List<Attempt> _running = [];
    private volatile bool _sleeps;
    private volatile bool _closing;

    public Watch(Slots slots, Saves saves, TimeProvider clock)
    {
        (_slots, _saves, _clock) = (slots, saves, clock);
        _signal = new(clock);
        saves.Woken = Wake;
    }

    /// <summary>Tells an attempt to stop.</summary>
    public required Action<Attempt, StopCause, TimeSpan> Stop { get; init; }

    /// <summary>Leaves an attempt behind whose handler does not stop.</summary>
    public required Action<Attempt> LeaveBehind { get; init; }

    /// <summary>Gives back attempts that waited too long for a slot.</summary>
    public required Action<List<Attempt>> GiveBack { get; init; }

    /// <summary>Says that there is something to watch.</summary>
    public void Wake()
    {
        if (_sleeps)
        {
            _signal.Set();
        }
    }

    public void Close()
    {
        _closing = true;
        _signal.Set();
    }

    public void Dispose() => _signal.Dispose();

    public async Task RunAsync()
    {
        while (!_closing)
        {
            var next = Look();
            if (next is null)
            {
                // Said before looking again: who comes in between sees it and wakes us.
                _sleeps = true;
                if (_slots.IsEmpty && _saves.IsClean)
                {
                    await _signal.WaitAsync(Timeout.InfiniteTimeSpan);
                }

                _sleeps = false;
            }
            else
            {
                await _signal.WaitAsync(next.Value);
            }
        }
    }

    /// <summary>Looks once; gives the time until the next look, null for when something comes.</summary>
    private TimeSpan? Look()
    {
        if (_slots.IsEmpty && _saves.IsClean)
        {
            return null;
        }

        var now = _clock.GetTimestamp();
        var next = Step;
        _running.Clear();
        _slots.CopyRunning(_running);
        foreach (var attempt in _running)
        {
            var left = attempt.Stop == StopCause.None
                ? attempt.Claimed.Timeout - _clock.GetElapsedTime(attempt.BegunAt, now)
                : attempt.Grace - _clock.GetElapsedTime(attempt.StopAt, now);
            if (left > TimeSpan.Zero)
            {
                next = left < next ? left : next;
            }
            else if (attempt.Stop == StopCause.None)
            {
                var grace = attempt.Claimed.Grace < GraceAfterTimeout ? attempt.Claimed.Grace : GraceAfterTimeout;
                Stop(attempt, StopCause.Timeout, grace);
                next = grace < next ? grace : next;
            }
            else
            {
                LeaveBehind(attempt);
            }
        }

        if (_slots.GiveBack(now - (long)(Patience.TotalSeconds * _clock.TimestampFrequency)) is { Count: > 0 } back)
        {
            GiveBack(back);
        }

        foreach (var held in _saves.TakeDue() ?? [])
        {
            _ = held.FlushQuietlyAsync();
        }

        return next > TimeSpan.Zero ? next : TimeSpan.FromMilliseconds(1);
    }
}
