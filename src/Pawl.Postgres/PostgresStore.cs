using System.Runtime.ExceptionServices;
using Npgsql;
using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>Jobs in PostgreSQL, which several processes share. Each call is one transaction; what two of them may want at once they lock in
/// the order of the jobs' numbers.</summary>
internal sealed partial class PostgresStore : IJobStore
{
    private const int MostTries = 8;
    private const int MostBroken = 3;

    private readonly Connections _source;
    private readonly Lines _lines;
    private readonly Shapes _shapes;
    private readonly Notifier? _notifier;
    private readonly Listener? _listener;
    private readonly Commits _commits;
    private readonly DatabaseClock _clock;
    private readonly ClockWatch _clockWatch;
    private volatile bool _ready;
    private int _disposed;

    private PostgresStore(Connections source, bool listen, TimeProvider clock)
    {
        _source = source;
        _clock = new DatabaseClock(clock);
        _clockWatch = new ClockWatch(source, _clock);
        _lines = new Lines(source);
        _shapes = new Shapes(source);
        _gathering = new Gathering(StoreGatheredAsync);
        Wakeups.Runnable += _ => _idle = false;   // then there is something: a claim need not ask first
        if (listen)
        {
            var self = Listener.NewName();
            _notifier = new Notifier(source, self, TimeProvider.System);
            _listener = new Listener(source, _notifier, Wakeups, self, TimeProvider.System);
        }

        _commits = new Commits(source, Wakeups, _notifier);
    }

    /// <inheritdoc/>
    public StoreInfo Info => new("postgres", _source.Version?.ToString() ?? "unknown", _source.Place);

    /// <inheritdoc/>
    public StorePool? Pool => _source.Pool;

    /// <inheritdoc/>
    public TimeProvider Clock => _clock;

    /// <inheritdoc/>
    public Wakeups Wakeups { get; } = new();

    /// <inheritdoc/>
    public bool HearsOthers => _listener?.Hears ?? false;

    /// <summary>Gets ready to connect; nothing is sent yet.</summary>
    /// <exception cref="PawlException"><c>config_invalid</c>, without any secret of the string.</exception>
    public static PostgresStore Open(string connectionString, PostgresOptions? options = null) =>
        OpenBy(TimeProvider.System, connectionString, options);

    /// <summary>The same, on a machine with a clock of its own.</summary>
    /// <exception cref="PawlException"><c>config_invalid</c>, without any secret of the string.</exception>
    public static PostgresStore OpenBy(TimeProvider clock, string connectionString, PostgresOptions? options = null) =>
        new(Connections.Open(connectionString, options ?? new(), TimeProvider.System), options?.Listen ?? true, clock);

    /// <summary>Works with connections of a data source that stays somebody else's.</summary>
    /// <exception cref="PawlException"><c>config_invalid</c> for one whose pool is too small.</exception>
    public static PostgresStore Open(NpgsqlDataSource source, PostgresOptions? options = null) =>
        new(Connections.Open(source, options ?? new(), TimeProvider.System), options?.Listen ?? true, TimeProvider.System);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _gathering.CloseAsync().ConfigureAwait(false);
        await _commits.DisposeAsync().ConfigureAwait(false);
        await _clockWatch.DisposeAsync().ConfigureAwait(false);
        if (_listener is not null && _notifier is not null)
        {
            await _listener.DisposeAsync().ConfigureAwait(false);
            await _notifier.DisposeAsync().ConfigureAwait(false);
        }

        await _source.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Runs work in a transaction; done after its commit. What lost against another transaction is tried anew, and so is what lost
    /// its connection before the commit was sent.</summary>
    private async ValueTask<T> WriteAsync<T>(
        Func<Batch, ValueTask<T>> work, CancellationToken cancellationToken, Lane lane = Lane.Call)
    {
        ThrowIfNotReady();
        for (var (tries, broken) = (1, 0); ; tries++)
        {
            var session = await Session.OpenAsync(_source, cancellationToken, lane).ConfigureAwait(false);
            await using var closed = session.ConfigureAwait(false);
            var batch = new Batch(session, _lines, cancellationToken);
            try
            {
                session.Begin();
                var value = await work(batch).ConfigureAwait(false);
                await batch.CommitAsync().ConfigureAwait(false);
                Meters.Commits.Add(1);
                batch.Tell(Wakeups, _notifier);
                return value;
            }
            catch (Exception error)
            {
                await session.RollbackAsync().ConfigureAwait(false);
                if (!IsWorthAnother(session, error, tries, ref broken))
                {
                    Throw(session, error);
                }
            }
        }
    }

    /// <summary>Runs work on one snapshot that nobody's writing changes.</summary>
    private ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellationToken) =>
        ReadAsync(work, Lane.Call, whole: true, cancellationToken);

    /// <summary>Runs statements each of which is whole in itself, such as a single one.</summary>
    private ValueTask<T> ReadOneAsync<T>(
        Func<Session, ValueTask<T>> work, CancellationToken cancellationToken, Lane lane = Lane.Call) =>
        ReadAsync(work, lane, whole: false, cancellationToken);

    private async ValueTask<T> ReadAsync<T>(
        Func<Session, ValueTask<T>> work, Lane lane, bool whole, CancellationToken cancellationToken)
    {
        ThrowIfNotReady();
        for (var (tries, broken) = (1, 0); ; tries++)
        {
            var session = await Session.OpenAsync(_source, cancellationToken, lane).ConfigureAwait(false);
            await using var closed = session.ConfigureAwait(false);
            try
            {
                if (whole)
                {
                    session.Begin("begin isolation level repeatable read, read only");
                }

                var value = await work(session).ConfigureAwait(false);
                if (whole)
                {
                    await session.EndReadAsync().ConfigureAwait(false);
                }

                Meters.Reads.Add(1);
                return value;
            }
            catch (Exception error)
            {
                await session.RollbackAsync().ConfigureAwait(false);
                if (!IsWorthAnother(session, error, tries, ref broken))
                {
                    Throw(session, error);
                }
            }
        }
    }

    /// <summary>Lost against another transaction.</summary>
    private static bool IsLost(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    /// <summary>On its way to the rest of a table when a slice for it was attached.</summary>
    private static bool IsMoved(PostgresException error) =>
        error is { SqlState: PostgresErrorCodes.CheckViolation, ConstraintName: null, TableName: not null }
        && error.TableName.EndsWith("_rest", StringComparison.Ordinal);

    /// <summary>Whether nothing was stored, and the same may work at once.</summary>
    private bool IsWorthAnother(Session session, Exception error, int tries, ref int broken)
    {
        var again = tries < MostTries && error is PostgresException refused && (IsLost(refused) || IsMoved(refused));
        if (!again && !session.CommitSent && StorageErrors.IsBroken(error) && ++broken < MostBroken)
        {
            // One may have been ended by an operator; where the next is gone too, the server was, and all that lay are.
            again = true;
            if (broken > 1)
            {
                _source.Distrust();
            }
        }

        if (error is NpgsqlException { InnerException: TimeoutException } && session.IsBroken)
        {
            _source.Distrust();   // nobody was there, so each that lies may cost the same wait
        }

        if (again)
        {
            Meters.Repeats.Add(1);
        }

        return again;
    }

    private void Throw(Session session, Exception error)
    {
        var explained = error is NpgsqlException && session.CommitSent && !StorageErrors.IsAnswer(error)
            ? StorageErrors.Unanswered(error, _source.Place)
            : StorageErrors.Explain(error, _source.Place);
        if (explained != error)
        {
            throw explained;
        }

        ExceptionDispatchInfo.Throw(error);
    }

    private void ThrowIfNotReady()
    {
        if (!_ready)
        {
            throw new PawlException(
                "waiting_for_schema",
                $"The tables of '{_source.Place}' are not there yet. "
                + "Let the program apply them (Pawl:Schema:Migrate=true), or apply the script by hand; nothing was stored.");
        }
    }
}
