using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Pawl.Sqlite;

/// <summary>Read-only connections for queries: they never block the writer, and each read is one short transaction.</summary>
internal sealed class Readers(string path, int most) : IDisposable
{
    private readonly ConcurrentBag<Connection> _idle = [];
    private readonly SemaphoreSlim _room = new(most);
    private readonly CancellationTokenSource _closing = new();

    public async ValueTask<T> ReadAsync<T>(Func<Connection, T> work, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_room.Wait(0, CancellationToken.None))
        {
            await WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            var connection = _idle.TryTake(out var idle) ? idle : Open();
            try
            {
                connection.Execute("begin");   // one snapshot for all statements of the read
                var value = work(connection);
                connection.Execute("commit");
                _idle.Add(connection);
                return value;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
        finally
        {
            _room.Release();
        }
    }

    public void Dispose()
    {
        _closing.Cancel();   // those that wait for room are told at once
        for (var i = 0; i < most; i++)
        {
            _room.Wait();   // a read that runs finishes first: the writer must close last
        }

        while (_idle.TryTake(out var connection))
        {
            connection.Dispose();
        }

        _room.Dispose();
        _closing.Dispose();
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            await _room.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException closed) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException("The store was closed before the read had room to begin.", closed);
        }
    }

    private Connection Open()
    {
        var connection = Connection.Open(path, SqliteOpenMode.ReadOnly);
        connection.Execute("pragma query_only = 1; pragma busy_timeout = 5000; pragma temp_store = memory; pragma cache_size = -8192");
        return connection;
    }
}
