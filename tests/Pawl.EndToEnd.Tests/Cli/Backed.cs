namespace Pawl.EndToEnd.Tests.Cli;

/// <summary>A demo server on one of the stores, with a type that leaves a file.</summary>
public abstract class Backed : IAsyncLifetime
{
    private const string Types = """
        { "Pawl": { "Web": { "RequestsPerSecond": 0 }, "Types": { "files.write": {
            "Handler": "command", "Queue": "files",
            "Command": { "Env": ["PATH"], "Argv": ["sh", "-c",
                "printf hello > a.txt; echo written; echo '{\"artifact\":{\"name\":\"a.txt\",\"path\":\"a.txt\"}}'"] } } } } }
        """;

    /// <summary>The server, once it is ready.</summary>
    public Server Server { get; } = new();

    /// <summary>Why there is none; null where there is one.</summary>
    public string? Lacking { get; protected set; }

    public virtual async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Server.Tool["pawl.json"], Types);
        await Server.StartAsync("--demo", "--store", Store, "--token-file", "pawl.db.token");
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>What <c>--store</c> says.</summary>
    protected abstract string Store { get; }
}

/// <summary>On a SQLite file.</summary>
public sealed class BackedBySqlite : Backed
{
    protected override string Store => "sqlite:pawl.db";
}

/// <summary>On a PostgreSQL server of its own.</summary>
public sealed class BackedByPostgres : Backed
{
    private PostgresServer? _database;

    protected override string Store => $"postgres://pawl@127.0.0.1:{_database!.Port}/postgres";

    public override async ValueTask InitializeAsync()
    {
        if (PostgresCluster.Programs() is not { } programs)
        {
            Lacking = $"No PostgreSQL for the tests: {PostgresCluster.Remedy}";
            return;
        }

        _database = PostgresServer.Start(programs);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _database?.Dispose();
    }
}
