using System.Text.Json;
using Npgsql;

namespace Pawl.EndToEnd.Tests.Cli;

/// <summary><c>pawl doctor</c>: what it finds, what it cures, how it ends.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task Each_check_of_a_server_in_good_health_is_there()
    {
        await using var server = new Server();
        await server.StartAsync("--demo", "--socket", "pawl.sock");

        var found = await LookAsync(server, 0, "--store", "sqlite:pawl.db", "--url", $"unix:{server.Tool["pawl.sock"]}");

        foreach (var name in (string[])[
            "socket", "url", "version", "key", "clock", "address", "system", "time_zones", "open_files", "store", "schema", "journal",
            "synchronous", "wal_size", "owner", "file_system", "free_disk", "integrity", "stuck", "token_file"])
        {
            Assert.Equal("green", found[name].Level);
        }

        Assert.Contains($"process {server.Pid}", found["owner"].Finding, StringComparison.Ordinal);
        Assert.Equal(("yellow", "without an end: admin"), found["key_expiry"]);
    }

    [Fact]
    public async Task What_is_wrong_is_found_and_what_is_safe_is_cured()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes and sockets are Unix's.");
        await using var server = new Server();
        await server.StartAsync("--demo");
        (await server.RunAsync("enqueue", "demo.sleep", "--payload", "{}", "--delay", "1h")).Ends(0);   // makes its queue
        (await server.RunAsync("queues", "pause", "demo", "--reason", "deploy")).Ends(0);
        (await server.RunAsync("types", "pause", "demo.sleep")).Ends(0);
        Open(server.Tool["pawl.db.token"]);

        var found = await LookAsync(server, 1);
        Assert.Equal("red", found["token_file"].Level);
        Assert.Matches("queue demo is paused since .* by key:admin", found["queue_paused"].Finding);
        Assert.Matches("type demo.sleep is paused since .* by key:admin", found["type_paused"].Finding);

        Assert.Equal("green", (await LookAsync(server, 0, "--fix"))["token_file"].Level);
        Assert.Equal("green", (await LookAsync(server, 0))["token_file"].Level);
        Assert.Equal("red", (await LookAsync(server, 1, "--url", "http://127.0.0.1:1"))["url"].Level);
        Assert.Equal("red", (await LookAsync(server, 1, "--token", "pawl_k_none"))["key"].Level);

        // A socket whose server was killed.
        var path = server.Tool["dead.sock"];
        await using (var other = new Server())
        {
            await other.StartAsync("--socket", path);
            other.Crash();
        }

        var dead = (await LookAsync(server, 1, "--url", $"unix:{path}"))["socket"].Finding;
        Assert.Contains("nobody listens", dead, StringComparison.Ordinal);
        Assert.True(Path.Exists(path));
        await LookAsync(server, 1, "--url", $"unix:{path}", "--fix");
        Assert.False(Path.Exists(path));
    }

    [Fact]
    public async Task It_prints_a_line_for_each_check()
    {
        using var tool = new Tool();

        var said = (await tool.RunAsync("doctor", "--url", "http://127.0.0.1:1")).Ends(1);

        Assert.All(said.Output.Trim().Split('\n'), line => Assert.Matches("^(ok|WARN|BAD) +[a-z_]+  ", line));
        Assert.StartsWith("BAD   url ", said.Output, StringComparison.Ordinal);
        Assert.Empty(said.Errors);
        Assert.Equal(8, (await tool.RunAsync("doctor", "--store", "sqlite:none.db")).Exit);   // a refused setting goes before red
    }

    [Fact]
    public async Task A_PostgreSQL_server_and_the_way_to_it_are_looked_at()
    {
        var programs = PostgresCluster.Programs();
        Assert.SkipWhen(programs is null && !PostgresCluster.Required, $"No PostgreSQL for the tests: {PostgresCluster.Remedy}");
        using var database = PostgresServer.Start(programs!);
        await using var server = new Server();
        string[] On(int port) => ["--store", $"postgres://pawl@127.0.0.1:{port}/postgres"];
        await server.StartAsync([.. On(database.Port), "--demo"]);

        var found = await LookAsync(server, 0, On(database.Port));
        foreach (var name in (string[])[
            "store", "schema", "server_version", "clock_database", "standby", "synchronous_commit", "connections", "pooler",
            "notifications", "oldest_transaction"])
        {
            Assert.Equal("green", found[name].Level);
        }

        Assert.Equal("there is none", found["pooler"].Finding);

        // Behind PgBouncer.
        if (PgBouncer.Program is { } program)
        {
            using var bouncer = PgBouncer.Start(program, "127.0.0.1", database.Port, "pawl");
            found = await LookAsync(server, 0, On(bouncer.Port));
            Assert.Equal("one in transaction mode", found["pooler"].Finding);
            Assert.Equal("yellow", found["notifications"].Level);
        }

        // Settings that lose jobs or lack room.
        await DoAsync(database, "alter database postgres set synchronous_commit = off");
        string Wide(int pool) => $"postgres:Host=127.0.0.1;Port={database.Port};Username=pawl;Database=postgres;Maximum Pool Size={pool}";
        found = await LookAsync(server, 1, "--store", Wide(196));
        Assert.Equal("red", found["synchronous_commit"].Level);
        Assert.Equal("yellow", found["connections"].Level);
        Assert.Equal("red", (await LookAsync(server, 1, "--store", Wide(197)))["connections"].Level);
        Assert.Equal("green", (await LookAsync(server, 0, [.. On(database.Port), "--fix"]))["synchronous_commit"].Level);
        Assert.Equal(("green", "on"), (await LookAsync(server, 0, On(database.Port)))["synchronous_commit"]);

        using (var replica = database.Replica(programs!))
        {
            Assert.Equal("red", (await LookAsync(server, 1, On(replica.Port)))["standby"].Level);
        }
    }

    /// <summary>All findings by name; the first where there are several.</summary>
    private static async Task<Dictionary<string, (string Level, string Finding)>> LookAsync(Server server, int exit, params string[] words)
    {
        var said = (await server.RunAsync(["doctor", "-o", "json", .. words])).Ends(exit).Json();
        var checks = said.GetProperty("checks").EnumerateArray().ToList();
        Assert.Equal(
            said.GetProperty("ok").GetBoolean(), checks.TrueForAll(check => check.GetProperty("level").GetString() != "red"));
        Assert.All(checks, check => Assert.Equal(
            ["name", "level", "finding", "remedy"], check.EnumerateObject().Select(member => member.Name)));
        return checks.GroupBy(Name).ToDictionary(
            group => group.Key,
            group => (group.First().GetProperty("level").GetString()!, group.First().GetProperty("finding").GetString()!));

        static string Name(JsonElement check) => check.GetProperty("name").GetString()!;
    }

    private static async Task DoAsync(PostgresServer database, string sql)
    {
        await using var source = NpgsqlDataSource.Create($"{database.ConnectionString};Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static void Open(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        }
    }
}
