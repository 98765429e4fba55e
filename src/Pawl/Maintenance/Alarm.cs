namespace Pawl.Maintenance;

/// <summary>A rest that ends with the time or with a ring, whichever comes first. A ring while nobody rests ends the next rest at
/// once.</summary>
internal sealed class Alarm
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _rest;
    private bool _rung;

    /// <summary>Ends the rest. Quick, and safe from any thread.</summary>
    public void Ring()
    {
        lock (_gate)
        {
            _rung = true;
            _rest?.TrySetResult();
        }
    }

    /// <summary>Rests. Whole milliseconds, rounded up: a rest that ends early would be followed by another of nothing.</summary>
    public async Task RestAsync(TimeSpan length, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (Begin(length) is { } rest)
        {
            var time = TimeSpan.FromMilliseconds(Math.Ceiling(length.TotalMilliseconds));
            using var timer = clock.CreateTimer(End, rest, time, Timeout.InfiniteTimeSpan);
            using var stop = cancellationToken.UnsafeRegister(End, rest);

            // Awaited itself: a WhenAny would go by way of the pool, and for that moment a scheduler of our own would see nothing to do.
            await rest.Task;
        }

        lock (_gate)
        {
            (_rest, _rung) = (null, false);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    // The bell is rung on a store's thread after its commit: what follows must not run there.
    private TaskCompletionSource? Begin(TimeSpan length)
    {
        lock (_gate)
        {
            return _rest = _rung || length <= TimeSpan.Zero ? null : new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private static void End(object? rest) => ((TaskCompletionSource)rest!).TrySetResult();
}
