using Npgsql;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>A server of a test class's own, which may be stopped and filled without anybody else noticing.</summary>
public sealed class OwnServer : IDisposable
{
    private readonly PostgresCluster _cluster;

    public OwnServer()
    {
        var (cluster, lacking) = PostgresCluster.StartOwn(maxConnections: 40);
        if (cluster is null)
        {
            Assert.SkipUnless(PostgresCluster.Required, lacking!);
            Assert.Fail(lacking!);
        }

        _cluster = cluster;
    }

    /// <summary>To the database that is always there, as the role that may do everything.</summary>
    public string ConnectionString => _cluster.ConnectionString;

    /// <summary>Ends it at once, as a crash does.</summary>
    public void Crash() => _cluster.Crash();

    public void Restart() => _cluster.Restart();

    public void Dispose() => _cluster.Dispose();

    /// <summary>The connection string with something changed.</summary>
    public string With(Action<NpgsqlConnectionStringBuilder> change)
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString);
        change(settings);
        return settings.ConnectionString;
    }

    /// <summary>Makes a database.</summary>
    public async Task<string> MakeAsync(string name)
    {
        await RunAsync($"create database {name}");
        return With(settings => settings.Database = name);
    }

    /// <summary>Runs statements as the role that may do everything.</summary>
    public async Task RunAsync(string sql, string? connectionString = null)
    {
        await using var connection = new NpgsqlConnection($"{connectionString ?? ConnectionString};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Asks for one number.</summary>
    public async Task<long> NumberAsync(string sql, string? connectionString = null)
    {
        await using var connection = new NpgsqlConnection($"{connectionString ?? ConnectionString};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(
            await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture);
    }
}
