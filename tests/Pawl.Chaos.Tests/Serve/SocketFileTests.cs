using Pawl.Chaos.Tests.Kill;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Serve;

[Trait("run", "full")]
public sealed class SocketFileTests(ITestOutputHelper output)
{
    private const int Refused = 8;
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task A_socket_that_is_gone_stale_or_open_to_all_is_made_anew_and_an_impossible_one_is_told_in_one_line()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes are Unix's.");
        var row = FaultRow.Begin(output, "F41", "SQLite", "socket file deleted, stale, wrong mode, path too long");
        using var folder = new TempFolder();
        var socket = folder["pawl.sock"];
        await using (var first = await Served.StartAsync(folder, "--socket", socket))
        {
            Assert.Equal(Mine, Mode(socket));
            await first.KillAsync();
        }

        // Stale, and open to all.
        Assert.True(File.Exists(socket));
        OpenToAll(socket);
        await using (var second = await Served.StartAsync(folder, "--socket", socket))
        {
            Assert.Equal(Mine, Mode(socket));
            Assert.Equal(0, (await ListAsync(folder, socket)).Exit);

            // Deleted: by its port it can be reached as before, and it stops in good order.
            File.Delete(socket);
            using var jobs = await second.Client.GetAsync(new Uri("api/jobs", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.True(jobs.IsSuccessStatusCode);
            Assert.Equal(7, (await ListAsync(folder, socket)).Exit);
            Unix.Ask(second.Pid);
            await second.EndAsync();
        }

        await using (await Served.StartAsync(folder, "--socket", socket))
        {
            Assert.Equal(0, (await ListAsync(folder, socket)).Exit);
        }

        var refused = await Tool.RunAsync(
            folder, Surroundings.None, ["serve", "--listen", $"127.0.0.1:{Keeper.FreePort()}", "--socket", folder[new string('s', 108)]]);
        Assert.Equal(Refused, refused.Exit);
        Assert.Single(refused.Errors.Trim().Split('\n'), line => line.StartsWith("error[socket_path]", StringComparison.Ordinal));
        row.Count(4);
        row.Passed();
    }

    private static UnixFileMode Mode(string path) =>
        OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException("Files have no mode there.") : File.GetUnixFileMode(path);

    private static void OpenToAll(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)0b111_111_111);
        }
    }

    private static Task<Death> ListAsync(TempFolder folder, string socket) => Tool.RunAsync(
        folder,
        Surroundings.None,
        ["list", "--url", $"unix:{socket}", "--token", File.ReadAllText(folder["pawl.db.token"]).Trim()]);
}
