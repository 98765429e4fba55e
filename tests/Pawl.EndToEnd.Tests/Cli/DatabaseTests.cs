using Microsoft.Data.Sqlite;

namespace Pawl.EndToEnd.Tests.Cli;

/// <summary><c>pawl db</c> on a SQLite file that nobody has open.</summary>
public sealed class DatabaseTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task A_file_is_made_looked_at_checked_copied_and_pruned()
    {
        Assert.Equal("storage_path", (await _tool.RunAsync("db", "status")).Ends(8).Code);
        Assert.Equal("usage", (await _tool.RunAsync("db", "migrate")).Ends(2).Code);   // nobody can be asked
        (await _tool.RunAsync("db", "migrate", "--yes")).Ends(0);
        (await _tool.RunAsync("db", "migrate", "--yes")).Ends(0);

        var status = (await _tool.RunAsync("db", "status", "-o", "json")).Ends(0).Json();
        Assert.Equal(status.GetProperty("known").GetInt32(), status.GetProperty("schema").GetInt32());
        Assert.Empty(status.GetProperty("pending").EnumerateArray());
        Assert.Equal("sqlite", status.GetProperty("kind").GetString());

        Assert.True((await _tool.RunAsync("db", "check", "-o", "json")).Ends(0).Json().GetProperty("ok").GetBoolean());
        (await _tool.RunAsync("db", "backup", "copy.db")).Ends(0);
        Assert.Equal("storage_path", (await _tool.RunAsync("db", "backup", "copy.db")).Ends(8).Code);
        (await _tool.RunAsync("db", "check", "--store", "sqlite:copy.db")).Ends(0);
        Assert.Equal("usage", (await _tool.RunAsync("db", "prune")).Ends(2).Code);
        Assert.Equal(0, (await _tool.RunAsync("db", "prune", "--yes", "-o", "json")).Ends(0).Json().GetProperty("removed").GetInt32());
    }

    [Fact]
    public async Task A_person_sees_how_far_a_copy_is()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The program 'script' makes a terminal.");
        (await _tool.RunAsync("db", "migrate", "--yes")).Ends(0);

        var seen = await _tool.OnTerminalAsync(100, "db", "backup", "copy.db");

        Assert.Contains("backup [########################] 100%", seen, StringComparison.Ordinal);
        Assert.EndsWith("copied to copy.db\r\n", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("[#", (await _tool.RunAsync("db", "backup", "copy2.db")).Ends(0).Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("[#", await _tool.OnTerminalAsync(100, "db", "backup", "copy3.db", "-q"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_prune_would_remove_is_counted_beforehand()
    {
        await using var server = new Server();
        await server.StartAsync("--demo");
        (await server.RunAsync("enqueue", "demo.sleep", "--payload", """{"seconds":0}""", "--wait")).Ends(0);
        (await server.RunAsync("enqueue", "demo.fail", "--payload", """{"category":"invalid_input"}""", "--wait")).Ends(6);
        var young = (await server.RunAsync("db", "prune", "--dry-run")).Ends(0).Output;
        Assert.Equal("would remove no job older than 7d (failed ones: 30d)\n", young);
        await server.StopAsync();

        const string Both = "2 ended jobs (1 failed, 1 succeeded) older than 1ms";
        Task<Said> PruneAsync(params string[] more) => server.RunAsync(["db", "prune", "--older", "1ms", .. more]);
        Assert.Equal($"would remove {Both}\n", (await PruneAsync("--dry-run")).Ends(0).Output);
        Assert.Contains(Both, (await PruneAsync()).Ends(2).Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await PruneAsync("--dry-run", "-o", "json")).Ends(0).Json().GetProperty("would_remove").GetInt32());
        Assert.Equal(2, (await PruneAsync("--yes", "-o", "json")).Ends(0).Json().GetProperty("removed").GetInt32());
    }

    [Fact]
    public async Task A_count_that_is_not_true_is_found()
    {
        (await _tool.RunAsync("db", "migrate", "--yes")).Ends(0);
        Run("insert into line (id, queue, type) values (1, 'a', 'b'); insert into line_count values (1, 'queued', 4)");

        var said = (await _tool.RunAsync("db", "check")).Ends(1);

        Assert.Contains("queued is counted 4", said.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_script_makes_the_same_tables()
    {
        var script = (await _tool.RunAsync("db", "script")).Ends(0).Output;
        Run(script);

        var status = (await _tool.RunAsync("db", "status", "-o", "json")).Ends(0).Json();
        Assert.Equal(status.GetProperty("known").GetInt32(), status.GetProperty("schema").GetInt32());
        Assert.Equal("schema_step_unknown", (await _tool.RunAsync("db", "script", "--from", "900")).Ends(2).Code);
        Assert.Contains("create schema", (await _tool.RunAsync("db", "script", "--store", "postgres")).Ends(0).Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        (await _tool.RunAsync("db", "migrate", "--yes")).Ends(0);
        Run("insert into schema_step values (99, '0099_later', 'x', 0)");

        Assert.Equal("schema_newer", (await _tool.RunAsync("db", "status")).Ends(8).Code);
        Assert.Equal("schema_newer", (await _tool.RunAsync("serve", "--listen", "127.0.0.1:0")).Ends(8).Code);
    }

    private void Run(string script)
    {
        var place = new SqliteConnectionStringBuilder { DataSource = _tool["pawl.db"], Pooling = false };
        using var connection = new SqliteConnection(place.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = script;
        command.ExecuteNonQuery();
    }
}
