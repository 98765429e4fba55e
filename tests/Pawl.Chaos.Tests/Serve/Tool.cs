using System.Diagnostics;
using Pawl.Chaos.Tests.Kill;

namespace Pawl.Chaos.Tests.Serve;

/// <summary>A call of <c>pawl</c> that comes to an end by itself.</summary>
internal static class Tool
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs it to its end.</summary>
    /// <param name="folder">Where it runs.</param>
    /// <param name="around">What it is started under.</param>
    /// <param name="words">Its words.</param>
    public static async Task<Death> RunAsync(TempFolder folder, Surroundings around, string[] words)
    {
        string[] all = [.. around.Before, "dotnet", Served.Program, .. words];
        var start = new ProcessStartInfo(all[0], all[1..])
        {
            WorkingDirectory = folder.FullPath, RedirectStandardError = true, RedirectStandardOutput = true,
        };
        start.Environment["XDG_CONFIG_HOME"] = folder["config"];
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach (var (name, value) in around.Environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(Limit);
            return new(process.ExitCode, await errors + await said, Clock.Timestamp, Clock.Micros);
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>Brings the tables of a store up to date.</summary>
    public static Task<Death> MigrateAsync(TempFolder folder, Surroundings around, string store) =>
        RunAsync(folder, around, ["db", "migrate", "--yes", "--store", store]);
}
