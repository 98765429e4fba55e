namespace Pawl.Postgres;

/// <summary>Asks the database what time it is: before anything is stored, then about twice a minute while somebody wants to know, and when
/// the process's own clock has jumped. Nobody waits for it but the first.</summary>
internal sealed class ClockWatch : IAsyncDisposable
{
    private const string SelectTime = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint";

    // The first on a connection prepares it, and takes longer.
    private const int AtFirst = 4;
    private const int Later = 2;
    private const int PatienceSeconds = 5;

    private readonly Connections _source;
    private readonly DatabaseClock _clock;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private Task _asking = Task.CompletedTask;

    public ClockWatch(Connections source, DatabaseClock clock)
    {
        (_source, _clock) = (source, clock);
        clock.Wanted = Begin;
    }

    /// <summary>Asks, and is done when the clock goes by the database.</summary>
    public ValueTask AskAsync(CancellationToken cancellationToken) => AskAsync(AtFirst, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closing.Cancel();
        }

        await _asking.ConfigureAwait(false);
        _closing.Dispose();
    }

    private void Begin()
    {
        lock (_gate)
        {
            if (_asking.IsCompleted && !_closing.IsCancellationRequested)
            {
                // Whoever wants to know the time has no part in the asking.
                var flow = ExecutionContext.IsFlowSuppressed() ? (AsyncFlowControl?)null : ExecutionContext.SuppressFlow();
                _asking = TryAsync();
                flow?.Undo();
            }
        }
    }

    private async Task TryAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);   // nor does he wait for it
        try
        {
            await AskAsync(Later, _closing.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The monotonic clock goes on. Whoever wants to know the time next asks again.
        }
    }

    private async ValueTask AskAsync(int times, CancellationToken cancellationToken)
    {
        var session = await Session.OpenAsync(_source, cancellationToken).ConfigureAwait(false);
        await using var closed = session.ConfigureAwait(false);
        session.Patience = PatienceSeconds;
        for (var i = 0; i < times; i++)
        {
            var asked = _clock.GetTimestamp();
            if (await session.Use(SelectTime).ValueAsync(static row => row.Time(0)).ConfigureAwait(false) is { } theirs)
            {
                _clock.Hear(theirs, asked, _clock.GetTimestamp());
            }
        }
    }
}
