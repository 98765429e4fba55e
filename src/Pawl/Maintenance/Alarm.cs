namespace Pawl.Maintenance;

/// <summary>A rest that ends with the time or with a ring, whichever comes first. A ring while nobody rests ends the next rest at
/// once.</summary>
internal sealed class Alarm
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _rung = New();

    /// <summary>Ends the rest. Quick, and safe from any thread.</summary>
    public void Ring()
    {
        lock (_gate)
        {
            _rung.TrySetResult();
        }
    }

    /// <summary>Rests. Whole milliseconds, rounded up: a rest that ends early would be followed by another of nothing.</summary>
    public async Task RestAsync(TimeSpan length, TimeProvider clock, CancellationToken cancellationToken)
    {
        Task rung;
        lock (_gate)
        {
            rung = _rung.Task;
        }

        if (!rung.IsCompleted && length > TimeSpan.Zero)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var timer = Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(length.TotalMilliseconds)), clock, over.Token);
            await Task.WhenAny(rung, timer);

            // Frees the timer. Nothing else hangs on this token, so nothing runs here that could hold us up.
            over.Cancel();
        }

        lock (_gate)
        {
            if (_rung.Task.IsCompleted)
            {
                _rung = New();
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    // The bell is rung on a store's thread after its commit: what follows must not run there.
    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
