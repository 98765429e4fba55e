namespace Pawl.Testing;

/// <summary>A clock that stands still until a test moves it. Everything that takes a <see cref="TimeProvider"/> runs on it.</summary>
/// <remarks>
/// Timers fire on the thread that advances the clock, one after another, before the call returns; what a callback throws reaches that
/// caller. Time may be read and timers may be set from any thread, but let one thread at a time advance. The local time zone is UTC.
/// </remarks>
public sealed class ManualClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly SortedSet<ManualTimer> _timers = new(ByDueTime.Instance);

    // Not zero, so that code which takes 0 for "never" is found out.
    private long _ticks = TimeSpan.TicksPerDay;
    private long _wallOffset;
    private long _lastOrder;

    /// <summary>A clock that shows 1 January 2026, 00:00 UTC.</summary>
    public ManualClock()
        : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>A clock that shows a time of the test's choice.</summary>
    /// <param name="utcNow">What the wall clock shows at first; another offset is turned into UTC.</param>
    public ManualClock(DateTimeOffset utcNow) => _wallOffset = utcNow.UtcTicks - _ticks;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Ticks of <see cref="GetTimestamp"/> in a second: 10,000,000, one every 100 ns.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How far the clock must move for the next timer to fire; zero when one is due already, null when none is set.</summary>
    public TimeSpan? UntilNextTimer
    {
        get
        {
            lock (_gate)
            {
                return _timers.Min is { } next ? TimeSpan.FromTicks(Math.Max(0, next.Due - _ticks)) : null;
            }
        }
    }

    /// <summary>What the wall clock shows. <see cref="Advance"/> moves it and <see cref="SetUtcNow"/> makes it jump.</summary>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return new DateTimeOffset(_ticks + _wallOffset, TimeSpan.Zero);
        }
    }

    /// <summary>The monotonic side, on which timers run. Only <see cref="Advance"/> and <see cref="AdvanceToNextTimer"/> move it.</summary>
    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _ticks;
        }
    }

    /// <summary>Moves the clock and fires every timer that falls due on the way, in the order of their times.</summary>
    /// <param name="by">Zero or more. Zero fires only what is due already.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is negative.</exception>
    /// <remarks>While a callback runs, the clock shows the moment at which that timer was due.</remarks>
    public void Advance(TimeSpan by)
    {
        if (by < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(by), by, "Time does not run backwards; SetUtcNow makes the wall clock jump.");
        }

        long target;
        lock (_gate)
        {
            target = checked(_ticks + by.Ticks);
        }

        FireUntil(target);
    }

    /// <summary>Moves the clock to the next timer and fires all that are due at that moment.</summary>
    /// <returns>False when no timer is set; the clock has not moved then.</returns>
    public bool AdvanceToNextTimer()
    {
        long target;
        lock (_gate)
        {
            if (_timers.Min is not { } next)
            {
                return false;
            }

            target = Math.Max(_ticks, next.Due);
        }

        FireUntil(target);
        return true;
    }

    /// <summary>Makes the wall clock jump, forwards or backwards, as an administrator or a time server does.</summary>
    /// <param name="utcNow">What it shows from now on.</param>
    /// <remarks>No timer fires and <see cref="GetTimestamp"/> does not move.</remarks>
    public void SetUtcNow(DateTimeOffset utcNow)
    {
        lock (_gate)
        {
            _wallOffset = utcNow.UtcTicks - _ticks;
        }
    }

    /// <summary>A timer on the monotonic side of this clock.</summary>
    /// <param name="callback">Called on the thread that advances the clock.</param>
    /// <param name="state">Handed to <paramref name="callback"/>.</param>
    /// <param name="dueTime">
    /// How far the clock must move before it fires first. Zero fires with the next advance, even one of zero;
    /// <see cref="Timeout.InfiniteTimeSpan"/> sets nothing.
    /// </param>
    /// <param name="period">How often it fires after that; zero or <see cref="Timeout.InfiniteTimeSpan"/> for not again.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative but not infinite, or above 49 days.</exception>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void FireUntil(long target)
    {
        while (TakeDue(target) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <summary>The earliest timer due by then, the clock moved to its moment; if none, null, the clock moved to the end.</summary>
    private ManualTimer? TakeDue(long target)
    {
        lock (_gate)
        {
            // A callback may itself have advanced the clock past our target: it never goes back.
            if (_timers.Min is not { } timer || timer.Due > target)
            {
                _ticks = Math.Max(_ticks, target);
                return null;
            }

            _ticks = Math.Max(_ticks, timer.Due);
            _timers.Remove(timer);
            if (timer.Period > 0)
            {
                Put(timer, timer.Due + timer.Period);
            }

            return timer;
        }
    }

    private void Put(ManualTimer timer, long due)
    {
        timer.Due = due;
        timer.Order = ++_lastOrder;
        _timers.Add(timer);
    }

    private static long Checked(TimeSpan time, string name)
    {
        // The bounds of the system's timers, so that a test finds what would throw in production.
        if (time == Timeout.InfiniteTimeSpan)
        {
            return -1;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, TimeSpan.FromMilliseconds(0xfffffffe), name);
        return time.Ticks;
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private readonly ExecutionContext? _context = ExecutionContext.Capture();
        private bool _disposed;

        public long Due { get; set; }

        /// <summary>Timers due at the same moment fire in the order in which they were set.</summary>
        public long Order { get; set; }

        public long Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var due = Checked(dueTime, nameof(dueTime));
            var every = Checked(period, nameof(period));
            lock (clock._gate)
            {
                if (_disposed)
                {
                    return false;
                }

                clock._timers.Remove(this);
                Period = every;
                if (due >= 0)
                {
                    clock.Put(this, clock._ticks + due);
                }

                return true;
            }
        }

        public void Fire()
        {
            if (_context is null)
            {
                callback(state);
            }
            else
            {
                ExecutionContext.Run(_context, static timer => ((ManualTimer)timer!).Call(), this);
            }
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                _disposed = true;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Call() => callback(state);
    }

    private sealed class ByDueTime : IComparer<ManualTimer>
    {
        public static readonly ByDueTime Instance = new();

        public int Compare(ManualTimer? x, ManualTimer? y) => (x!.Due, x.Order).CompareTo((y!.Due, y.Order));
    }
}
