namespace Pawl.Postgres;

/// <summary>Tells other processes what this one has committed: by statements of its own, at most fifty a second after
/// fifty at once. Never inside a transaction that stores something: a commit that notifies waits for all others that do.</summary>
internal sealed class Notifier(Connections source, string sender, TimeProvider clock) : IAsyncDisposable
{
    public const string Channel = "pawl";

    // Not on the disk before it is told: a hint may be lost, and nothing is stored with it.
    private const string Notify = "select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)";

    private const int AtOnce = 50;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly Hints _hints = new();
    private readonly CancellationTokenSource _closing = new();
    private Task _sending = Task.CompletedTask;
    private bool _sends;
    private double _allowed = AtOnce;
    private long _sentAt;

    /// <summary>Gathers hints, and sends them soon.</summary>
    public void Add(Hints hints)
    {
        lock (_gate)
        {
            if (_closing.IsCancellationRequested)
            {
                return;
            }

            _hints.Add(hints);
            if (!_sends)
            {
                _sends = true;
                using var flow = ExecutionContext.SuppressFlow();   // this caller's trace must not become that of the sending
                _sending = SendAllAsync();
            }
        }
    }

    /// <summary>Sends a word at once.</summary>
    public async ValueTask SendAsync(string text, CancellationToken cancellationToken)
    {
        var session = await Session.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        await using var closed = session.ConfigureAwait(false);
        await session.Use(Notify).Bind(Channel).Bind(sender + text).RunAsync().ConfigureAwait(false);
    }

    /// <summary>Sends no more. What was not sent is lost, as a hint may be.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closing.Cancel();
        }

        await _sending.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task SendAllAsync()
    {
        await Task.Yield();
        while (Take() is { } text)
        {
            try
            {
                await SendAsync(text, _closing.Token).ConfigureAwait(false);
                await RestAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception)
            {
                // A hint may be lost: the others poll. Nor may what is said next come faster than it should.
                await Task.Delay(Pause, clock, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A pause saved up before is not taken now: what comes seldom is told at once.</summary>
    private async ValueTask RestAsync()
    {
        _allowed = Math.Min(AtOnce, _allowed + (clock.GetElapsedTime(_sentAt) / Pause)) - 1;
        _sentAt = clock.GetTimestamp();
        if (_allowed < 0)
        {
            await Task.Delay(Pause * -_allowed, clock, _closing.Token).ConfigureAwait(false);
        }
    }

    private string? Take()
    {
        lock (_gate)
        {
            if (_hints.IsEmpty || _closing.IsCancellationRequested)
            {
                _sends = false;
                return null;
            }

            var text = _hints.Write();
            _hints.Clear();
            return text;
        }
    }
}
