using Npgsql;

namespace Pawl.Postgres;

/// <summary>One connection for as long as one transaction or one read takes. Statements that nobody waits for travel with the next
/// one.</summary>
internal sealed class Session : IAsyncDisposable
{
    private const int RollbackLimit = 5;

    private readonly Connections? _from;
    private readonly NpgsqlConnection _connection;
    private readonly SemaphoreSlim? _ticket;
    private readonly CancellationToken _cancellationToken;
    private readonly List<Action<Row>?> _reads = [];
    private NpgsqlBatch _batch;
    private bool _endsWithNext;
    private bool _ended;

    private Session(Connections? from, NpgsqlConnection connection, SemaphoreSlim? ticket, CancellationToken cancellationToken)
    {
        _from = from;
        _connection = connection;
        _ticket = ticket;
        _cancellationToken = cancellationToken;
        _batch = connection.CreateBatch();
    }

    /// <summary>Whether the commit was sent: from then on only its answer tells whether it is stored.</summary>
    public bool CommitSent { get; private set; }

    /// <summary>Whether its connection is of no more use.</summary>
    public bool IsBroken => _connection.State != System.Data.ConnectionState.Open;

    /// <summary>How many seconds a statement may take; null for what the connection string says.</summary>
    public int? Patience { get; set; }

    public static async ValueTask<Session> OpenAsync(Connections from, CancellationToken cancellationToken, Lane lane = Lane.Call)
    {
        var (connection, ticket) = await from.OpenAsync(lane, cancellationToken).ConfigureAwait(false);
        return new(from, connection, ticket, cancellationToken);
    }

    /// <summary>On a connection that stays somebody else's, in the transaction that is open there.</summary>
    public static Session Over(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        new(null, connection, null, cancellationToken);

    public Statement Use(string sql) => new(this, sql);

    /// <summary>Begins a transaction, with the first statement that is sent. The level is said, because a database may have another one
    /// as its default.</summary>
    public void Begin(string how = "begin isolation level read committed")
    {
        Later(new NpgsqlBatchCommand(how));
        if (_from is { Shared: true })
        {
            Later(new NpgsqlBatchCommand(Connections.SetInside), null);
        }
    }

    public async ValueTask CommitAsync()
    {
        _batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        CommitSent = true;
        await FlushAsync(CancellationToken.None).ConfigureAwait(false);   // broken off here, nobody would know whether it is stored
    }

    /// <summary>Ends a transaction that writes nothing together with the next statement that answers with rows.</summary>
    public void EndWithNext() => _endsWithNext = true;

    /// <summary>Ends a transaction that wrote nothing: whether its end arrives matters to nobody but the connection.</summary>
    public async ValueTask EndReadAsync()
    {
        if (_ended)
        {
            return;
        }

        Later(new NpgsqlBatchCommand("commit"));
        await FlushAsync(_cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a transaction that failed; the connection goes back clean or not at all.</summary>
    public async ValueTask RollbackAsync(params IReadOnlyList<string> how)
    {
        try
        {
            await Fresh().DisposeAsync().ConfigureAwait(false);
            if (_connection.State == System.Data.ConnectionState.Open)
            {
                foreach (var statement in how.Count == 0 ? ["rollback"] : how)
                {
                    Later(statement);
                }

                Patience = RollbackLimit;
                await FlushAsync(CancellationToken.None).ConfigureAwait(false);   // who cancelled wants it ended all the more
            }
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException or OperationCanceledException)
        {
            // the connection is broken; the server ends what it had begun
        }
    }

    public void Later(string statement) => Later(new NpgsqlBatchCommand(statement));

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
        if (_endsWithNext)
        {
            Later(new NpgsqlBatchCommand("commit"));
            (_endsWithNext, _ended) = (false, true);
        }

        return FlushAsync(_cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _batch.DisposeAsync().ConfigureAwait(false);
        if (_from is not null)
        {
            await _from.CloseAsync(_connection, _ticket!).ConfigureAwait(false);
        }
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        Action<Row>?[] reads = [.. _reads];
        var batch = Fresh();
        await using var ended = batch.ConfigureAwait(false);
        if (_from is { Shared: false })
        {
            await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);   // by what was prepared here before, without a round trip
        }

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
        if (Patience is { } seconds)
        {
            batch.Timeout = seconds;
        }

        _batch = _connection.CreateBatch();
        _reads.Clear();
        return batch;
    }
}
