using System.Security.Cryptography;
using Npgsql;
using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>Hears what other processes have committed, on one connection of its own. A help and no more: whatever it misses is found by
/// polling, and where the server or a pooler before it does not pass notifications on, it does without.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private const string Listen = $"listen {Notifier.Channel}";
    private const string Unlisten = $"unlisten {Notifier.Channel}";
    private const string Echo = "?";

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan EchoLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WaitAfterSilence = TimeSpan.FromMinutes(10);

    private readonly Connections _source;
    private readonly Notifier _notifier;
    private readonly Wakeups _wakeups;
    private readonly string _self;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private Task? _listening;
    private volatile bool _hears;

    /// <summary>Gets ready; nothing is opened before <see cref="Start"/>.</summary>
    /// <param name="source">Gives the connection, and keeps one for it.</param>
    /// <param name="notifier">Sends the word by which it finds out whether it hears.</param>
    /// <param name="wakeups">Whom to tell.</param>
    /// <param name="self">What this process's own notifications begin with.</param>
    /// <param name="clock">The time.</param>
    public Listener(Connections source, Notifier notifier, Wakeups wakeups, string self, TimeProvider clock)
    {
        (_source, _notifier, _wakeups, _self, _clock) = (source, notifier, wakeups, self, clock);
    }

    /// <summary>Whether it hears: what it sent itself has come back on this connection.</summary>
    public bool Hears => _hears;

    /// <summary>Begins to listen; once.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_listening is null && !_closing.IsCancellationRequested)
            {
                using var flow = ExecutionContext.SuppressFlow();
                _listening = RunAsync();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task? listening;
        lock (_gate)
        {
            _closing.Cancel();
            listening = _listening;
        }

        await (listening ?? Task.CompletedTask).ConfigureAwait(false);
        _closing.Dispose();
    }

    /// <summary>A word that begins the notifications of one process.</summary>
    public static string NewName() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private async Task RunAsync()
    {
        await Task.Yield();
        var wait = FirstWait;
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var hears = await ListenAsync(_closing.Token).ConfigureAwait(false);
                wait = hears ? FirstWait : WaitAfterSilence;
            }
            catch (Exception)
            {
                // Whatever it is, polling goes on; the calls meet the same server and say what is wrong with it.
                wait = _hears ? FirstWait : wait;
            }

            _hears = false;
            try
            {
                await Task.Delay(wait, _clock, _closing.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    /// <summary>Listens until the connection breaks. False when nothing comes through it.</summary>
    private async Task<bool> ListenAsync(CancellationToken cancellationToken)
    {
        var (connection, ticket) = await _source.OpenAsync(Lane.Listen, cancellationToken).ConfigureAwait(false);
        connection.Notification += Hear;
        try
        {
            var listen = new NpgsqlCommand(Listen, connection);
            await using (listen.ConfigureAwait(false))
            {
                await listen.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            // By another connection: a pooler that gives each transaction another server connection would only show us this one's own.
            await _notifier.SendAsync($" {Echo}", cancellationToken).ConfigureAwait(false);
            var asked = _clock.GetTimestamp();
            while (!_hears)
            {
                var left = EchoLimit - _clock.GetElapsedTime(asked);
                if (left <= TimeSpan.Zero || !await connection.WaitAsync(left, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }

            // What was said before is not heard.
            _wakeups.SayRunnable(0);
            _wakeups.SayRecorded(0);
            while (true)
            {
                await connection.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            connection.Notification -= Hear;
            await LeaveAsync(connection).ConfigureAwait(false);
            await _source.CloseAsync(connection, ticket).ConfigureAwait(false);
        }
    }

    /// <summary>The next who uses the connection is not to be told.</summary>
    private static async ValueTask LeaveAsync(NpgsqlConnection connection)
    {
        try
        {
            var unlisten = new NpgsqlCommand(Unlisten, connection) { CommandTimeout = 2 };
            await using var ended = unlisten.ConfigureAwait(false);
            await unlisten.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException)
        {
            // it is broken, and nobody uses it again
        }
    }

    private void Hear(object sender, NpgsqlNotificationEventArgs said)
    {
        var words = said.Payload.Split(' ');
        if (words[0] != _self)
        {
            Hints.Read(words.Skip(1)).Tell(_wakeups, 0);
        }
        else if (words is [_, Echo])
        {
            _hears = true;
        }
    }
}
