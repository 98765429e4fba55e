using Pawl.EndToEnd.Tests.Cli;

namespace Pawl.EndToEnd.Tests.Faults;

/// <summary>A log that somebody took away after a crash: what was in it alone is gone, and that is said.</summary>
public sealed class LostLogTests
{
    private const string Gone = "its log";

    [Fact]
    public async Task A_log_that_is_not_there_after_a_crash_is_told_by_the_doctor_and_at_the_start()
    {
        await using var server = new Server();
        await server.StartAsync("--demo", "--no-worker");
        (await server.RunAsync("enqueue", "demo.sleep", "--payload", "{}")).Ends(0);
        await server.StopAsync();
        await server.StartAsync("--demo", "--no-worker");
        Assert.DoesNotContain(Gone, server.Errors, StringComparison.Ordinal);   // after a good end
        server.Crash();
        await server.StartAsync("--demo", "--no-worker");
        Assert.DoesNotContain(Gone, server.Errors, StringComparison.Ordinal);   // after a crash, with its log
        server.Crash();
        Assert.False(await DoctorTellsAsync(server));

        File.Delete(server.Tool["pawl.db-wal"]);
        File.Delete(server.Tool["pawl.db-shm"]);

        Assert.True(await DoctorTellsAsync(server));
        await server.StartAsync("--demo", "--no-worker");
        Assert.Contains(Gone, server.Errors, StringComparison.Ordinal);
        (await server.RunAsync("get", "1")).Ends(0);   // what was in the file itself is there
        Assert.False(await DoctorTellsAsync(server));
    }

    private static async Task<bool> DoctorTellsAsync(Server server)
    {
        var found = (await server.RunAsync("doctor", "-o", "json", "--store", "sqlite:pawl.db")).Json();
        return found.GetProperty("checks").EnumerateArray().Any(check => check.GetProperty("name").GetString() == "wal_file");
    }
}
