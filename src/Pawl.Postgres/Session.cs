using Npgsql;

namespace Pawl.Postgres;

/// <summary>One connection for as long as one transaction or one read takes. Statements that nobody waits for travel with the next
/// one.</summary>
internal sealed class Session : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly CancellationToken _cancellationToken;
    private readonly List<Action<Row>?> _reads = [];
    private NpgsqlBatch _batch;

    private Session(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        _connection = connection;
        _cancellationToken = cancellationToken;
        _batch = connection.CreateBatch();
    }

    public static async ValueTask<Session> OpenAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
        new(await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false), cancellationToken);

    public Statement Use(string sql) => new(this, sql);

    /// <summary>Begins a transaction, with the first statement that is sent.</summary>
    public void Begin(string how = "begin") => _batch.BatchCommands.Add(new NpgsqlBatchCommand(how));

    public async ValueTask CommitAsync()
    {
        _batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        await FlushAsync(CancellationToken.None).ConfigureAwait(false);   // broken off here, nobody would know whether it is stored
    }

    /// <summary>Ends a transaction that failed; the connection goes back clean or not at all.</summary>
    public async ValueTask RollbackAsync()
    {
        try
        {
            await Fresh().DisposeAsync().ConfigureAwait(false);
            await Use("rollback").RunAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException or OperationCanceledException)
        {
            // the connection is broken; the server ends what it had begun
        }
    }

    public void Later(NpgsqlBatchCommand command) => _batch.BatchCommands.Add(command);

    /// <summary>The same for a statement that answers with rows: they are shown when it is sent, or passed over when nobody wants
    /// them.</summary>
    public void Later(NpgsqlBatchCommand command, Action<Row>? see)
    {
        Later(command);
        _reads.Add(see);
    }

    public async ValueTask<int> RunAsync(NpgsqlBatchCommand command)
    {
        _batch.BatchCommands.Add(command);
        await FlushAsync(_cancellationToken).ConfigureAwait(false);
        return (int)command.RecordsAffected;
    }

    public ValueTask EachAsync(NpgsqlBatchCommand command, Action<Row> see)
    {
        Later(command, see);
        return FlushAsync(_cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _batch.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        Action<Row>?[] reads = [.. _reads];
        var batch = Fresh();
        await using var ended = batch.ConfigureAwait(false);
        if (reads.Length == 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var closed = reader.ConfigureAwait(false);
        foreach (var see in reads)
        {
            while (see is not null && await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                see(new Row(reader));
            }

            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);   // statements without rows are no results
        }
    }

    private NpgsqlBatch Fresh()
    {
        var batch = _batch;
        _batch = _connection.CreateBatch();
        _reads.Clear();
        return batch;
    }
}
