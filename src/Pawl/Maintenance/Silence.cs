namespace Pawl.Maintenance;

/// <summary>How long things have not changed, as seen by one watcher on its own monotonic clock. No wall clock has a say.</summary>
/// <remarks>A round is <see cref="Begin"/>, one <see cref="Observe"/> for each thing, <see cref="End"/>. Pure but for the clock.</remarks>
internal sealed class Silence<TKey, TMark>(TimeProvider clock)
    where TKey : notnull
    where TMark : IEquatable<TMark>
{
    // Below this a pause is a busy machine, not a stall; it is less than half of the shortest lease.
    private static readonly TimeSpan LeastStall = TimeSpan.FromSeconds(2);

    private readonly Dictionary<TKey, (TMark Mark, long Since, long Round)> _seen = [];
    private long _round;
    private long _began;
    private bool _fresh = true;

    /// <summary>Forgets everything: all windows start anew.</summary>
    public void Restart()
    {
        _seen.Clear();
        _fresh = true;
    }

    /// <summary>Opens a round, before anything is read.</summary>
    /// <param name="planned">How long after the last round this one was meant to come.</param>
    /// <returns>False when the watcher itself stalled for more than two of these: then every window has started anew.</returns>
    public bool Begin(TimeSpan planned)
    {
        var now = clock.GetTimestamp();
        var allowed = planned * 2 > LeastStall ? planned * 2 : LeastStall;

        // Whatever held us up may have held up those we watch, and none of them has had a chance to be seen since.
        var awake = _fresh || clock.GetElapsedTime(_began, now) <= allowed;
        if (!awake)
        {
            _seen.Clear();
        }

        _fresh = false;
        _began = now;
        _round++;
        return awake;
    }

    /// <summary>Notes what a thing shows now.</summary>
    /// <returns>How long it has shown the same; zero when it is new or has changed.</returns>
    public TimeSpan Observe(TKey key, TMark mark)
    {
        if (_seen.TryGetValue(key, out var seen) && seen.Mark.Equals(mark))
        {
            _seen[key] = seen with { Round = _round };

            // To the begin of the round: what was read is at least that fresh. The read itself is nobody's silence.
            return Positive(clock.GetElapsedTime(seen.Since, _began));
        }

        _seen[key] = (mark, clock.GetTimestamp(), _round);
        return TimeSpan.Zero;
    }

    /// <summary>Closes a round: what was not seen in it is forgotten.</summary>
    public void End()
    {
        foreach (var (key, seen) in _seen)
        {
            if (seen.Round != _round)
            {
                _seen.Remove(key);
            }
        }
    }

    private static TimeSpan Positive(TimeSpan length) => length > TimeSpan.Zero ? length : TimeSpan.Zero;
}
