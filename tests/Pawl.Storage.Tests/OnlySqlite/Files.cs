using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Pawl.Sqlite;

namespace Pawl.Storage.Tests.OnlySqlite;

/// <summary>What a file may be, and what becomes of one that it may not be: nothing.</summary>
public sealed class Files : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Place => _folder["jobs.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_file_is_in_WAL_mode_and_every_commit_is_flushed()
    {
        await using var store = await ReadyAsync();
        using var writing = Connection.Open(Place, SqliteOpenMode.ReadOnly);
        Assert.Equal("wal", Text(writing, "pragma journal_mode"));

        // How a connection flushes is its own matter and shows nowhere else.
        var writer = (Connection)typeof(SqliteStore)
            .GetField("_writing", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!
            .GetValue(store)!;
        Assert.Equal(2, writer.Number("pragma synchronous"));
        Assert.Equal(0x5041574C, writer.Number("pragma application_id"));
    }

    [Theory]
    [InlineData("text", "not_our_database")]
    [InlineData("short", "not_our_database")]
    [InlineData("empty", "not_our_database")]
    [InlineData("zeros", "not_our_database")]
    [InlineData("foreign", "not_our_database")]
    [InlineData("damaged", "not_our_database")]
    [InlineData("newer", "schema_newer")]
    [InlineData("changed", "schema_changed")]
    public async Task A_file_that_is_not_ours_is_refused_and_stays_as_it_is(string kind, string code)
    {
        await MakeAsync(kind);
        var before = SHA256.HashData(await File.ReadAllBytesAsync(Place, Ct));

        var refused = Assert.Throws<PawlException>(() => SqliteStore.Open($"Data Source={Place}"));

        Assert.Equal((code, 8), (refused.Code, refused.ExitCode));
        Assert.Equal(before, SHA256.HashData(await File.ReadAllBytesAsync(Place, Ct)));
        Assert.All(Directory.GetFiles(_folder.FullPath, "*-wal"), file => Assert.Equal(0, new FileInfo(file).Length));
    }

    [Fact]
    public async Task A_newer_schema_tells_both_numbers()
    {
        await MakeAsync("newer");

        var refused = Assert.Throws<PawlException>(() => SqliteStore.Open($"Data Source={Place}"));

        Assert.Contains("schema 99", refused.Message, StringComparison.Ordinal);
        Assert.Contains("upgrade the program", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_no_database()
    {
        Directory.CreateDirectory(Place);

        var refused = Assert.Throws<PawlException>(() => SqliteStore.Open($"Data Source={Place}"));

        Assert.Equal(("not_our_database", 8), (refused.Code, refused.ExitCode));
        Assert.Empty(Directory.GetFileSystemEntries(Place));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named_and_not_made()
    {
        var missing = Path.Combine(_folder.FullPath, "no such folder");

        var refused = Assert.Throws<PawlException>(() => SqliteStore.Open($"Data Source={Path.Combine(missing, "jobs.db")}"));

        Assert.Equal(("storage_path", 8), (refused.Code, refused.ExitCode));
        Assert.Contains(missing, refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(missing));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Data Source=")]
    public void A_connection_string_without_a_file_is_refused(string connectionString)
    {
        Assert.Equal("storage_path", Assert.Throws<PawlException>(() => SqliteStore.Open(connectionString)).Code);
    }

    [Fact]
    public async Task A_lost_table_is_named_and_nothing_is_stored_until_it_is_back()
    {
        await MakeAsync("ours");
        Change(Place, "drop table log; drop table item_run");
        await using var store = SqliteStore.Open($"Data Source={Place}");

        var status = await store.MigrateAsync(apply: true, Ct);

        Assert.False(status.Ready);
        Assert.Equal(["item_run", "log"], status.Missing.Order());
        var refused = await Assert.ThrowsAsync<PawlException>(
            async () => await store.EnqueueAsync(new EnqueueRequest([Job], DateTimeOffset.UnixEpoch), Ct));
        Assert.Equal("waiting_for_schema", refused.Code);
    }

    [Fact]
    public async Task A_file_beside_a_half_made_one_is_made_anew()
    {
        await File.WriteAllTextAsync(Place + ".creating", "cut off", Ct);

        await using var store = await ReadyAsync();

        Assert.False(File.Exists(Place + ".creating"));
    }

    [Fact]
    public async Task A_path_with_odd_letters_is_a_path()
    {
        var odd = _folder["jöbs; 'Mode=Memory' ?#%20 名前.db"];
        var text = new SqliteConnectionStringBuilder { DataSource = odd }.ToString();

        await using var store = SqliteStore.Open(text);

        Assert.True((await store.MigrateAsync(apply: true, Ct)).Ready);
        Assert.True(File.Exists(odd));
    }

    private static NewJob Job => new() { Type = "mail", Queue = "default", Payload = "{}"u8.ToArray() };

    private async Task<SqliteStore> ReadyAsync()
    {
        var store = SqliteStore.Open($"Data Source={Place}");
        await store.MigrateAsync(apply: true, Ct);
        return store;
    }

    private async Task MakeAsync(string kind)
    {
        switch (kind)
        {
            case "text":
                await File.WriteAllTextAsync(Place, string.Concat(Enumerable.Repeat("Dear diary, ", 100)), Ct);
                return;
            case "short":
                await File.WriteAllTextAsync(Place, "SQLite format 3\0", Ct);
                return;
            case "empty":
                await File.WriteAllBytesAsync(Place, [], Ct);
                return;
            case "zeros":
                await File.WriteAllBytesAsync(Place, new byte[8192], Ct);
                return;
            case "foreign":
                Change(Place, "create table theirs (id integer primary key)");
                return;
        }

        await (await ReadyAsync()).DisposeAsync();
        switch (kind)
        {
            case "newer":
                Change(Place, "insert into schema_step (number, name, checksum, applied_at) values (99, '0099_later', 'x', 0)");
                break;
            case "changed":
                Change(Place, "update schema_step set checksum = 'by hand' where number = 1");
                break;
            case "damaged":
                var bytes = await File.ReadAllBytesAsync(Place, Ct);
                bytes.AsSpan(100, 2000).Fill(0xA5);
                await File.WriteAllBytesAsync(Place, bytes, Ct);
                break;
        }
    }

    private static void Change(string path, string script)
    {
        using var db = Connection.Open(path, SqliteOpenMode.ReadWriteCreate);
        db.Execute(script);
        db.Execute("pragma wal_checkpoint(truncate)");
    }

    private static string Text(Connection db, string sql)
    {
        var row = db.Use(sql);
        row.Step();
        var text = row.Text(0);
        row.Reset();
        return text;
    }
}
