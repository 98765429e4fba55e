using Npgsql;
using Pawl.Browser.Tests;

[assembly: AssemblyFixture(typeof(Databases))]

namespace Pawl.Browser.Tests;

/// <summary>A PostgreSQL server, started when the first test asks for a database.</summary>
public sealed class Databases : IAsyncDisposable
{
    private readonly Lazy<PostgresCluster> _server = new(Start);
    private readonly string _prefix = $"pawl_browser_{Environment.ProcessId}_";
    private int _count;

    /// <summary>A new database with nothing in it; skips the test where there is no server.</summary>
    public async Task<string> TakeAsync()
    {
        var name = $"{_prefix}{Interlocked.Increment(ref _count)}";
        await RunAsync($"create database {name} template template0");
        return new NpgsqlConnectionStringBuilder(_server.Value.ConnectionString) { Database = name, Timeout = 60 }.ConnectionString;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_server.IsValueCreated)
        {
            return;
        }

        using var server = _server.Value;
        for (var number = 1; !server.IsOwn && number <= _count; number++)
        {
            await RunAsync($"drop database if exists {_prefix}{number} with (force)");
        }
    }

    private static PostgresCluster Start()
    {
        var (cluster, lacking) = PostgresCluster.Start();
        if (cluster is null)
        {
            Assert.SkipUnless(PostgresCluster.Required, lacking!);
            Assert.Fail(lacking!);
        }

        return cluster;
    }

    private async Task RunAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_server.Value.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
