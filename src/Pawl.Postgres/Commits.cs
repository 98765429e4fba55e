using Npgsql;
using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>Learns when transactions of callers have been committed, and then says what they brought. Nothing rests on it: whoever polls
/// finds the jobs too.</summary>
/// <remarks>The driver tells nobody of a commit, and a notification of the server's from within would make all commits wait for each
/// other. So the server is asked for the fate of those transactions, ever more seldom, for a minute.</remarks>
internal sealed class Commits(Connections source, Wakeups wakeups, Notifier? notifier) : IAsyncDisposable
{
    // no longer known: it ended so long ago that the server forgot
    private const string SelectFates = """
        select coalesce(pg_xact_status(open.number::xid8), 'forgotten')
        from unnest($1::text[]) with ordinality as open (number, place)
        order by open.place
        """;

    private const int MostWatched = 1_000;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly List<Open> _open = [];
    private Task _watching = Task.CompletedTask;
    private TimeSpan _wait;
    private bool _works;

    /// <summary>Says what a batch brings once the transaction of this number is committed.</summary>
    public void Watch(string number, Batch batch)
    {
        lock (_gate)
        {
            if (_closing.IsCancellationRequested || _open.Count == MostWatched)
            {
                return;
            }

            _open.Add(new Open(number, batch, TimeProvider.System.GetTimestamp()));
            _wait = FirstWait;
            if (!_works)
            {
                _works = true;
                _watching = WatchAsync(_closing.Token);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task watching;
        lock (_gate)
        {
            _closing.Cancel();
            watching = _watching;
        }

        await watching.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (Next() is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, TimeProvider.System, cancellationToken).ConfigureAwait(false);
                await LookAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (
            error is NpgsqlException or PawlException or OperationCanceledException or InvalidOperationException or TimeoutException)
        {
            // the server is away or the store closes: polling finds what there is
            lock (_gate)
            {
                _open.Clear();
                _works = false;
            }
        }
    }

    /// <summary>How long to wait for the next look; zero when there is nothing to look for.</summary>
    private TimeSpan Next()
    {
        lock (_gate)
        {
            _open.RemoveAll(static one => TimeProvider.System.GetElapsedTime(one.Since) > Patience);
            _works = _open.Count > 0;
            var wait = _works ? _wait : TimeSpan.Zero;
            _wait = _wait * 1.5 is var longer && longer < LongestWait ? longer : LongestWait;
            return wait;
        }
    }

    private async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        Open[] open;
        lock (_gate)
        {
            open = [.. _open];
        }

        var session = await Session.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        await using var closed = session.ConfigureAwait(false);
        string?[] numbers = [.. open.Select(one => one.Number)];
        var fates = await session.Use(SelectFates).Bind(numbers).ListAsync(static row => row.Text(0)).ConfigureAwait(false);
        foreach (var (one, fate) in open.Zip(fates))
        {
            if (fate != "in progress")
            {
                lock (_gate)
                {
                    _open.Remove(one);
                }
            }

            if (fate == "committed")
            {
                one.Batch.Tell(wakeups, notifier);   // also where a savepoint took the jobs back: a hint may be wrong
            }
        }
    }

    private sealed record Open(string Number, Batch Batch, long Since);
}
