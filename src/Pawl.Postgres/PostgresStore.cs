using Npgsql;
using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>Jobs in PostgreSQL, which several processes share. Each call is one transaction; what two of them may want at once they lock in
/// the order of the jobs' numbers.</summary>
internal sealed partial class PostgresStore : IJobStore
{
    private const int MostTries = 8;

    private readonly NpgsqlDataSource _source;
    private readonly bool _owned;
    private readonly Lines _lines;
    private readonly Shapes _shapes;
    private volatile bool _ready;

    private PostgresStore(NpgsqlDataSource source, bool owned)
    {
        _source = source;
        _owned = owned;
        _lines = new Lines(source);
        _shapes = new Shapes(source);
        var settings = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        Info = new StoreInfo("postgres", "unknown", $"{settings.Host}:{settings.Port}/{settings.Database}");
    }

    /// <inheritdoc/>
    public StoreInfo Info { get; }

    /// <inheritdoc/>
    public Wakeups Wakeups { get; } = new();

    /// <summary>Gets ready to connect; nothing is sent yet.</summary>
    public static PostgresStore Open(string connectionString, PostgresOptions? options = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Enlist = false };
        settings.MaxPoolSize = options?.PoolMax ?? settings.MaxPoolSize;
        settings.MinPoolSize = options?.PoolMin ?? settings.MinPoolSize;
        return new PostgresStore(new NpgsqlDataSourceBuilder(settings.ConnectionString).Build(), owned: true);
    }

    /// <summary>Works with connections of a data source that stays somebody else's.</summary>
    public static PostgresStore Open(NpgsqlDataSource source) => new(source, owned: false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_owned)
        {
            await _source.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Runs work in a transaction; done after its commit. What lost against another transaction is tried anew.</summary>
    private async ValueTask<T> WriteAsync<T>(Func<Batch, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        ThrowIfNotReady();
        for (var tries = 1; ; tries++)
        {
            var session = await Session.OpenAsync(_source, cancellationToken).ConfigureAwait(false);
            await using var closed = session.ConfigureAwait(false);
            var batch = new Batch(session, _lines, cancellationToken);
            try
            {
                session.Begin();
                var value = await work(batch).ConfigureAwait(false);
                await batch.CommitAsync().ConfigureAwait(false);
                batch.Tell(Wakeups);
                return value;
            }
            catch (PostgresException error) when (tries < MostTries && IsLost(error))
            {
                await session.RollbackAsync().ConfigureAwait(false);
            }
            catch
            {
                await session.RollbackAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <summary>Runs work on one snapshot that nobody's writing changes.</summary>
    private async ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        ThrowIfNotReady();
        var session = await Session.OpenAsync(_source, cancellationToken).ConfigureAwait(false);
        await using var closed = session.ConfigureAwait(false);
        try
        {
            session.Begin("begin isolation level repeatable read, read only");
            var value = await work(session).ConfigureAwait(false);
            await session.CommitAsync().ConfigureAwait(false);
            return value;
        }
        catch
        {
            await session.RollbackAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A deadlock, or a change between a look and a lock.</summary>
    private static bool IsLost(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    private void ThrowIfNotReady()
    {
        if (!_ready)
        {
            throw new PawlException(
                "waiting_for_schema",
                $"The tables of '{Info.Place}' are not there yet. "
                + "Let the program apply them (Pawl:Schema:Migrate=true), or apply the script by hand; nothing was stored.");
        }
    }
}
