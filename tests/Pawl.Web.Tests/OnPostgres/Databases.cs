using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pawl.Storage;
using Pawl.Web.Tests.OnPostgres;

[assembly: AssemblyFixture(typeof(Databases))]

namespace Pawl.Web.Tests.OnPostgres;

/// <summary>A PostgreSQL server, started when the first test asks for a database. All databases are copies of one with tables.</summary>
public sealed class Databases : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresCluster>> _server;
    private readonly string _prefix = $"pawl_web_{Environment.ProcessId}_";
    private int _count;

    /// <summary>Starts nothing yet.</summary>
    public Databases() => _server = new(StartAsync);

    private string Template => _prefix + "0";

    /// <summary>A database with all tables and no row; skips the test where there is no server.</summary>
    public async Task<string> TakeAsync()
    {
        var server = await _server.Value;
        var name = $"{_prefix}{Interlocked.Increment(ref _count)}";
        await RunAsync(server, $"create database {name} template {Template}");
        return StringTo(server, name);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_server.IsValueCreated || !_server.Value.IsCompletedSuccessfully)
        {
            return;
        }

        using var server = await _server.Value;
        for (var number = 0; !server.IsOwn && number <= _count; number++)
        {
            await RunAsync(server, $"drop database if exists {_prefix}{number} with (force)");
        }
    }

    private async Task<PostgresCluster> StartAsync()
    {
        var (cluster, lacking) = PostgresCluster.Start();
        if (cluster is null)
        {
            Assert.SkipUnless(PostgresCluster.Required, lacking!);
            Assert.Fail(lacking!);
        }

        await RunAsync(cluster, $"create database {Template} template template0");
        var services = new ServiceCollection().AddLogging();
        services.AddPawl().UsePostgres(StringTo(cluster, Template));
        await using (var all = services.BuildServiceProvider())   // closed at once: nobody may be connected to what is copied
        {
            await all.GetRequiredService<IJobStore>().MigrateAsync(apply: true, CancellationToken.None);
        }

        return cluster;
    }

    private static string StringTo(PostgresCluster cluster, string database) =>
        new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = database, Timeout = 60 }.ConnectionString;

    private static async Task RunAsync(PostgresCluster cluster, string sql)
    {
        await using var connection = new NpgsqlConnection(cluster.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
