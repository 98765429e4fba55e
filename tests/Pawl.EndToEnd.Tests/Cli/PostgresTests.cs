namespace Pawl.EndToEnd.Tests.Cli;

/// <summary>The tool on PostgreSQL: tables by hand, a server, a worker beside it, and what it says when the database is gone.</summary>
public sealed class PostgresTests
{
    [Fact]
    public async Task A_database_is_looked_at_filled_served_checked_and_missed()
    {
        var programs = PostgresCluster.Programs();
        Assert.SkipWhen(programs is null && !PostgresCluster.Required, $"No PostgreSQL for the tests: {PostgresCluster.Remedy}");
        using var database = PostgresServer.Start(programs!);
        var store = $"postgres://pawl@127.0.0.1:{database.Port}/postgres";
        await using var server = new Server();
        Task<Said> On(params string[] words) => server.RunAsync([.. words, "--store", store]);

        Assert.NotEqual(0, (await On("db", "status", "-o", "json")).Ends(0).Json().GetProperty("pending").GetArrayLength());
        (await On("doctor")).Ends(8);
        (await On("db", "migrate", "--yes")).Ends(0);
        Assert.Equal("unsupported", (await On("db", "backup", "x.dump")).Ends(2).Code);

        await server.StartAsync("--store", store, "--demo");
        Assert.Contains($"(postgres 127.0.0.1:{database.Port}/postgres, 10 slots)", server.Ready, StringComparison.Ordinal);
        (await server.RunAsync("enqueue", "demo.items", "--payload", """{"count":3}""", "--wait")).Ends(0);
        await server.SaysAsync("does the chores");
        Assert.Equal("lock_held", (await On("db", "prune", "--yes")).Ends(7).Code);
        (await On("db", "status")).Ends(0);
        (await On("db", "check")).Ends(0);
        Assert.Equal(0, await server.StopAsync());

        var doomed = (await On("db", "prune", "--older", "1ms", "--dry-run")).Ends(0);
        Assert.Equal("would remove 1 ended jobs (1 succeeded) older than 1ms\n", doomed.Output);
        (await On("db", "prune", "--yes")).Ends(0);
        Assert.Equal("storage_database_unknown", (await server.RunAsync(
            "db", "status", "--store", $"postgres://pawl@127.0.0.1:{database.Port}/nowhere")).Ends(8).Code);
        database.Crash();
        Assert.Equal("storage_unreachable", (await On("db", "status")).Ends(7).Code);
    }
}
