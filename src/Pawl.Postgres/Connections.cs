using System.Collections.Concurrent;
using System.Transactions;
using Npgsql;
using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>The connections of this process: how many there may be, whether one that lay still works, what each is told first.</summary>
internal sealed class Connections : IAsyncDisposable
{
    /// <summary>For the session, but only where there is no pooler before the server: it would give the session to others.</summary>
    /// <remarks>Plans are made once: for a join of ten tables that takes the server longer than to read them. So they must hold when a
    /// table that was empty has a million rows, and always go by an index and in its order; compiling them costs more than they do. A
    /// transaction whose process was stopped in it must not keep its locks from all others: it ends before the shortest lease does, or
    /// nobody could take that process's jobs when their lease is over.</remarks>
    public const string SetSession = """
        select set_config(name, value, false)
        from unnest(
            array['jit', 'plan_cache_mode', 'enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_sort',
                'idle_in_transaction_session_timeout'],
            array['off', 'force_generic_plan', 'off', 'off', 'off', 'off', 'off', '4000']) as setting (name, value)
        where pg_backend_pid() = $1
        """;

    /// <summary>The same for one transaction, where the session is not ours alone.</summary>
    public const string SetInside = """
        select set_config('jit', 'off', true), set_config('idle_in_transaction_session_timeout', '4000', true)
        """;

    private const string Probe = "select 1";

    private static readonly TimeSpan ProbeAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(4);

    private readonly NpgsqlDataSource _source;
    private readonly bool _owned;
    private readonly int _most;
    private readonly Gate _gate;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<int, long> _usedAt = new();
    private readonly string? _name;
    private volatile bool _shared;
    private int _busy;
    private long _failures;

    private Connections(
        NpgsqlDataSource? source, NpgsqlConnectionStringBuilder settings, PostgresOptions options, TimeProvider clock)
    {
        Place = Source.Place(settings);
        Limit = options.AcquireTimeout ?? TimeSpan.FromSeconds(30);
        _clock = clock;
        _owned = source is null;
        _shared = source is not null;
        _most = settings.MaxPoolSize;
        _gate = new Gate(_most, Limit, clock);
        (_source, _name) = source is null ? Source.Make(settings, Begin, BeginAsync) : (source, null);
        Meters.Watch(this);
    }

    /// <summary>The address for people, without secrets.</summary>
    public string Place { get; }

    /// <summary>How long a call waits for a connection at most.</summary>
    public TimeSpan Limit { get; }

    /// <summary>Whether something stands before the server that gives one session to several, or the sessions are somebody else's: what
    /// is set holds for one transaction only.</summary>
    public bool Shared => _shared;

    /// <summary>The version of the server, once one was reached.</summary>
    public Version? Version { get; private set; }

    /// <summary>What an operator wants to know of it.</summary>
    public StorePool Pool
    {
        get
        {
            var (total, idle) = _name is null ? (Volatile.Read(ref _busy), 0) : Meters.Count(_name);
            return new StorePool(_most, total, idle, _gate.Waiting, Interlocked.Read(ref _failures), _gate.Waits.Most95(), Limit);
        }
    }

    public static Connections Open(string connectionString, PostgresOptions options, TimeProvider clock) =>
        new(null, Source.Settings(connectionString, options), options, clock);

    public static Connections Open(NpgsqlDataSource source, PostgresOptions options, TimeProvider clock)
    {
        var settings = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        Source.Check(settings);
        return new(source, settings, options, clock);
    }

    /// <summary>Opens a connection that works; who got it gives it back.</summary>
    /// <exception cref="PawlException">A <c>storage_</c> code.</exception>
    public async ValueTask<(NpgsqlConnection Connection, SemaphoreSlim Ticket)> OpenAsync(Lane lane, CancellationToken cancellationToken)
    {
        var ticket = await _gate.EnterAsync(lane, cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _busy);
        try
        {
            return (await OpenSoundAsync(cancellationToken).ConfigureAwait(false), ticket);
        }
        catch (Exception error)
        {
            Leave(ticket);
            if (error is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            Interlocked.Increment(ref _failures);
            Meters.Failures.Add(1);
            if (StorageErrors.ExplainOpening(error, Place) is var explained && explained != error)
            {
                throw explained;
            }

            throw;
        }
    }

    /// <summary>Takes back a connection.</summary>
    public async ValueTask CloseAsync(NpgsqlConnection connection, SemaphoreSlim ticket)
    {
        if (connection.State == System.Data.ConnectionState.Open)
        {
            if (_usedAt.Count > _most * 8)
            {
                _usedAt.Clear();   // numbers of servers' processes that are long gone
            }

            _usedAt[connection.ProcessID] = _clock.GetTimestamp();
        }

        try
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            Leave(ticket);
        }
    }

    /// <summary>Forgets connections that nobody uses: others broke, and these may have too.</summary>
    public void Distrust() => _source.Clear();

    public async ValueTask DisposeAsync()
    {
        Meters.Forget(this);
        if (_owned)
        {
            await _source.DisposeAsync().ConfigureAwait(false);
        }

        _gate.Dispose();
    }

    private async ValueTask<NpgsqlConnection> OpenSoundAsync(CancellationToken cancellationToken)
    {
        var began = _clock.GetTimestamp();
        for (var wait = FirstWait; ; wait *= 2)
        {
            try
            {
                var connection = await OpenOneAsync(cancellationToken).ConfigureAwait(false);
                if (await IsSoundAsync(connection, cancellationToken).ConfigureAwait(false))
                {
                    Version ??= StorageErrors.RefuseOld(connection.PostgreSqlVersion, Place);
                    return connection;
                }

                await connection.DisposeAsync().ConfigureAwait(false);
                Distrust();
            }
            catch (PostgresException error) when (
                error.SqlState == PostgresErrorCodes.TooManyConnections && _clock.GetElapsedTime(began) + wait < LongestWait)
            {
                // The server gives no more, but one of ours may come free.
                await Task.Delay(wait, _clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<NpgsqlConnection> OpenOneAsync(CancellationToken cancellationToken)
    {
        if (Transaction.Current is null)
        {
            return await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        }

        // What the store commits is committed, whatever becomes of a caller's surrounding transaction.
        using var alone = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        alone.Complete();
        return connection;
    }

    /// <summary>Asks a connection that lay for a while whether anybody is still there.</summary>
    private async ValueTask<bool> IsSoundAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!_usedAt.TryGetValue(connection.ProcessID, out var used) || _clock.GetElapsedTime(used) < ProbeAfter)
        {
            return true;
        }

        _usedAt.TryRemove(connection.ProcessID, out _);
        try
        {
            var probe = new NpgsqlCommand(Probe, connection) { CommandTimeout = 2 };
            await using var ended = probe.ConfigureAwait(false);
            await probe.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private void Begin(NpgsqlConnection connection)
    {
        using var set = SetOf(connection);
        _shared |= set.ExecuteScalar() is null;
    }

    private async Task BeginAsync(NpgsqlConnection connection)
    {
        var set = SetOf(connection);
        await using var ended = set.ConfigureAwait(false);
        _shared |= await set.ExecuteScalarAsync().ConfigureAwait(false) is null;
    }

    private static NpgsqlCommand SetOf(NpgsqlConnection connection) =>
        new(SetSession, connection) { Parameters = { new NpgsqlParameter<int> { TypedValue = connection.ProcessID } } };

    private void Leave(SemaphoreSlim ticket)
    {
        Interlocked.Decrement(ref _busy);
        try
        {
            ticket.Release();
        }
        catch (ObjectDisposedException)
        {
            // The store was closed meanwhile; nobody waits any more.
        }
    }
}
