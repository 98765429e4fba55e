using System.Text.Json;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Pawl.EndToEnd.Tests.Cli;

/// <summary>Rows that somebody wrote into the database by hand: their jobs fail as corrupt, and all others are done and shown.</summary>
public sealed class PoisonedRowTests
{
    [Fact]
    public async Task Poisoned_rows_of_a_SQLite_file_stand_in_nobodys_way()
    {
        await using var server = new Server();
        await server.StartAsync("--demo", "--no-worker");
        var ids = await FillAsync(server);
        Assert.Equal(0, await server.StopAsync());

        using (var file = new SqliteConnection($"Data Source={server.Tool["pawl.db"]};Pooling=False"))
        {
            file.Open();
            using var change = file.CreateCommand();
            change.CommandText = $"""
                pragma ignore_check_constraints = on;
                update job_body set payload = '{"{"}' where id = {ids[0]};
                update job_body set payload = '"' || replace(hex(zeroblob(2000000)), '0', 'x') || '"' where id = {ids[1]};
                update job_body set payload = '' where id = {ids[2]};
                update job set state = 'odd' where id = {ids[3]};
                """;
            change.ExecuteNonQuery();
        }

        await server.StartAsync("--demo");
        await CheckAsync(server, ids);
    }

    [Fact]
    public async Task Poisoned_rows_of_a_PostgreSQL_database_stand_in_nobodys_way()
    {
        var programs = PostgresCluster.Programs();
        Assert.SkipWhen(programs is null && !PostgresCluster.Required, $"No PostgreSQL for the tests: {PostgresCluster.Remedy}");
        using var database = PostgresServer.Start(programs!);
        var store = $"postgres://pawl@127.0.0.1:{database.Port}/postgres";
        await using var server = new Server();
        await server.StartAsync("--store", store, "--demo", "--no-worker");
        var ids = await FillAsync(server);
        (await server.RunAsync("jobs", "set", ids[3], "--priority", "-5")).Ends(0);   // gives it a row of its own
        Assert.Equal(0, await server.StopAsync());

        await using (var source = NpgsqlDataSource.Create(database.ConnectionString))
        {
            await using var change = source.CreateCommand($"""
                update pawl.job set payload = '{"{"}' where id = {ids[0]};
                update pawl.job set payload = '"' || repeat('x', 4000000) || '"' where id = {ids[1]};
                update pawl.job set payload = '' where id = {ids[2]};
                alter table pawl.job_state drop constraint job_state_state_check;
                update pawl.job_state set state = 'odd' where id = {ids[3]};
                """);
            await change.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await server.StartAsync("--store", store, "--demo");
        await CheckAsync(server, ids);
    }

    private static async Task<string[]> FillAsync(Server server)
    {
        const string Line = """{"type":"demo.sleep","payload":{"seconds":0}}""" + "\n";
        var made = await server.Tool.RunAsync(["enqueue", "--ndjson", "-o", "id"], string.Concat(Enumerable.Repeat(Line, 5)));
        return made.Ends(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task CheckAsync(Server server, string[] ids)
    {
        (await server.RunAsync(["wait", "--for", "ended", .. ids[..3], ids[4]])).Ends(0);

        foreach (var id in ids[..4])
        {
            var job = (await server.RunAsync("get", id, "-o", "json")).Ends(0).Json();
            Assert.Equal(
                ("failed", "corrupt"), (job.GetProperty("state").GetString(), job.GetProperty("error").GetProperty("code").GetString()));
        }

        var list = (await server.RunAsync("list", "-o", "json")).Ends(0).Json().GetProperty("items").EnumerateArray();
        Assert.Equal(ids.Order(), list.Select(job => job.GetProperty("id").GetString()!).Order());
        var healthy = (await server.RunAsync("get", ids[4], "-o", "json")).Ends(0).Json();
        Assert.Equal("succeeded", healthy.GetProperty("state").GetString());
        Assert.Equal("already_final", (await server.RunAsync("cancel", ids[3])).Ends(5).Code);
        (await server.RunAsync("retry", ids[3])).Ends(0);
        (await server.RunAsync("wait", ids[3])).Ends(0);
        (await server.RunAsync("jobs", "delete", ids[0], "--yes")).Ends(0);
        (await server.RunAsync("get", ids[0])).Ends(3);
    }
}
