using System.Globalization;
using Pawl.Sqlite;

namespace Pawl.Storage.Tests.OnlySqlite;

/// <summary>One process owns the file.</summary>
public sealed class OneProcess : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_that_another_process_has_open_is_refused_and_names_it()
    {
        await using var child = await Child.HoldAsync(_folder["jobs.db"], Ct);

        var refused = Assert.Throws<PawlException>(() => Open("jobs.db"));

        Assert.Equal(("storage_in_use", 7), (refused.Code, refused.ExitCode));
        Assert.Contains(child.Id.ToString(CultureInfo.InvariantCulture), refused.Message, StringComparison.Ordinal);
        Assert.Contains(_folder["jobs.db"], refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_whose_process_was_killed_is_free_at_once()
    {
        await using var child = await Child.HoldAsync(_folder["jobs.db"], Ct);
        await child.KillAsync();

        await using var store = Open("jobs.db");

        Assert.True((await store.MigrateAsync(apply: true, Ct)).Ready);
    }

    [Fact]
    public async Task A_second_store_in_the_same_process_is_refused()
    {
        await using var first = Open("jobs.db");

        var refused = Assert.Throws<PawlException>(() => Open("jobs.db"));

        Assert.Equal("storage_in_use", refused.Code);
        Assert.Contains(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), refused.Message, StringComparison.Ordinal);
        Assert.True((await first.MigrateAsync(apply: true, Ct)).Ready);
    }

    [Theory]
    [InlineData("symbolic link")]
    [InlineData("hard link")]
    [InlineData("detour")]
    public async Task No_other_name_leads_round_the_lock(string way)
    {
        await using var first = Open("jobs.db");
        var other = way switch
        {
            "symbolic link" => File.CreateSymbolicLink(_folder["other.db"], _folder["jobs.db"]).Name,
            "hard link" => HardLink("jobs.db", "other.db"),
            _ => Path.Combine("..", Path.GetFileName(_folder.FullPath), "jobs.db"),
        };

        Assert.Equal("storage_in_use", Assert.Throws<PawlException>(() => Open(other)).Code);
    }

    [Fact]
    public async Task A_file_that_was_closed_can_be_opened_again()
    {
        for (var n = 0; n < 3; n++)
        {
            await using var store = Open("jobs.db");
            Assert.True((await store.MigrateAsync(apply: true, Ct)).Ready);
        }
    }

    [Fact]
    public async Task A_refused_file_is_free_for_the_next()
    {
        await File.WriteAllTextAsync(_folder["jobs.db"], "no database", Ct);
        Assert.Throws<PawlException>(() => Open("jobs.db"));
        File.Delete(_folder["jobs.db"]);

        await using var store = Open("jobs.db");

        Assert.True((await store.MigrateAsync(apply: true, Ct)).Ready);
    }

    private SqliteStore Open(string name) => SqliteStore.Open($"Data Source={_folder[name]}");

    private string HardLink(string from, string to)
    {
        // .NET has no call for it.
        var (program, arguments) = OperatingSystem.IsWindows()
            ? ("cmd", new[] { "/c", "mklink", "/H", _folder[to], _folder[from] })
            : ("ln", [_folder[from], _folder[to]]);
        using var process = System.Diagnostics.Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return to;
    }
}
