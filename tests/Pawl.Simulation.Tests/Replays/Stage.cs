using System.Globalization;
using Npgsql;
using Pawl.Postgres;

namespace Pawl.Simulation.Tests.Replays;

/// <summary>A PostgreSQL server, and an empty database of its own for each replay.</summary>
public sealed class Stage : IAsyncDisposable
{
    private readonly Lazy<PostgresCluster> _cluster = new(Start);
    private readonly List<string> _made = [];

    /// <summary>A store on a database that nobody has used; skips the test where there is no server.</summary>
    internal async Task<PostgresStore> OpenAsync(CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"pawl_replay_{Environment.ProcessId}_{_made.Count}");
        await RunAsync($"create database {name} template template0", cancellationToken);
        _made.Add(name);
        var place = new NpgsqlConnectionStringBuilder(_cluster.Value.ConnectionString) { Database = name, Timeout = 60 };
        var store = PostgresStore.Open(place.ConnectionString, new PostgresOptions { Listen = false, PoolMin = 0 });
        store.LongestForBegun = TimeSpan.FromMinutes(1);   // a slow machine must not give another answer
        await store.MigrateAsync(apply: true, cancellationToken);
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_cluster.IsValueCreated)
        {
            return;
        }

        NpgsqlConnection.ClearAllPools();
        if (!_cluster.Value.IsOwn)
        {
            foreach (var name in _made)
            {
                await RunAsync($"drop database if exists {name} with (force)", CancellationToken.None);
            }
        }

        _cluster.Value.Dispose();
    }

    private async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        await using var server = NpgsqlDataSource.Create(_cluster.Value.ConnectionString);
        await using var command = server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
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
}
