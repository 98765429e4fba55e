using System.Collections.Concurrent;
using Npgsql;
using Pawl.EntityFrameworkCore.Tests;

[assembly: AssemblyFixture(typeof(Server))]

namespace Pawl.EntityFrameworkCore.Tests;

/// <summary>A PostgreSQL server for these tests, started when the first one asks for a database.</summary>
public sealed class Server : IAsyncDisposable
{
    private readonly Lazy<(PostgresCluster? Cluster, string? Lacking)> _started = new(PostgresCluster.Start);
    private readonly ConcurrentQueue<string> _made = [];
    private int _number;

    /// <summary>A new, empty database; skips the test where there is no server.</summary>
    public async Task<string> DatabaseAsync()
    {
        var (cluster, lacking) = _started.Value;
        if (cluster is null)
        {
            Assert.SkipUnless(PostgresCluster.Required, lacking!);
            Assert.Fail(lacking!);
        }

        var name = $"pawl_ef_{Environment.ProcessId}_{Interlocked.Increment(ref _number)}";
        _made.Enqueue(name);
        await RunAsync(cluster, $"create database {name} template template0");
        return new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = name, MaxPoolSize = 20 }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated && _started.Value.Cluster is { } cluster)
        {
            if (!cluster.IsOwn)
            {
                foreach (var name in _made)
                {
                    await RunAsync(cluster, $"drop database if exists {name} with (force)");
                }
            }

            cluster.Dispose();
        }
    }

    private static async Task RunAsync(PostgresCluster cluster, string sql)
    {
        await using var connection = new NpgsqlConnection(cluster.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
