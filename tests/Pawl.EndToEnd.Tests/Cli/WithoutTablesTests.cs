using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Pawl.EndToEnd.Tests.Cli;

/// <summary>A server that must not make its tables waits for them, tells who has its key what is missing, and goes on by itself.</summary>
public sealed class WithoutTablesTests
{
    [Fact]
    public async Task On_SQLite_the_tables_come_by_the_script()
    {
        await using var server = new Server();
        var script = (await server.RunAsync("db", "script", "--store", "sqlite")).Ends(0).Output;

        await WaitAsync(server, [], async () =>
        {
            await using var file = new SqliteConnection($"Data Source={server.Tool["pawl.db"]};Pooling=false");
            await file.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = file.CreateCommand();
            command.CommandText = script;
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        });
    }

    [Fact]
    public async Task On_PostgreSQL_the_tables_come_by_db_migrate()
    {
        var programs = PostgresCluster.Programs();
        Assert.SkipWhen(programs is null && !PostgresCluster.Required, $"No PostgreSQL for the tests: {PostgresCluster.Remedy}");
        using var database = PostgresServer.Start(programs!);
        var store = $"postgres://pawl@127.0.0.1:{database.Port}/postgres";
        await using var server = new Server();

        await WaitAsync(
            server, ["--store", store], async () => (await server.RunAsync("db", "migrate", "--yes", "--store", store)).Ends(0));
    }

    private static async Task WaitAsync(Server server, string[] store, Func<Task> migrateAsync)
    {
        var port = Keeper.FreePort();
        server.Begin(["--no-migrate", "--token-file", server.Tool["key"], "--listen", $"127.0.0.1:{port}", .. store]);
        await server.SaysAsync("pawl db script");
        await server.SaysAsync("The first admin key is in");
        var key = (await File.ReadAllTextAsync(server.Tool["key"], TestContext.Current.CancellationToken)).Trim();

        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}/") };
        var (status, stranger) = await ReadyAsync(http, null);
        var (_, told) = await ReadyAsync(http, key);
        var (_, wrong) = await ReadyAsync(http, $"{key}x");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"status":"not_ready"}"""), (status, stranger.GetRawText()));
        Assert.Equal(stranger.GetRawText(), wrong.GetRawText());
        Assert.Equal("waiting_for_schema", told.GetProperty("reasons")[0].GetString());
        Assert.Equal(1, told.GetProperty("pending_migrations")[0].GetInt32());
        Assert.Equal("waiting_for_schema", (await GetAsync(http, "api/jobs", key)).Code);   // the key is for /readyz alone

        await migrateAsync();
        await server.ReadyAsync();
        Assert.Contains($"http://127.0.0.1:{port}/#code=", server.Errors, StringComparison.Ordinal);
        Assert.Equal("ready", (await ReadyAsync(http, key)).Body.GetProperty("status").GetString());
        Assert.Equal(200, (await GetAsync(http, "api/jobs", key)).Status);
        await server.SaysAsync(" is ready: ");   // its worker
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> ReadyAsync(HttpClient http, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "readyz");
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        using var reply = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (reply.StatusCode, JsonElement.Parse(await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    private static async Task<(int Status, string? Code)> GetAsync(HttpClient http, string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", key);
        using var reply = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = JsonElement.Parse(await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return ((int)reply.StatusCode, body.TryGetProperty("code", out var code) ? code.GetString() : null);
    }
}
