using System.Diagnostics;

namespace TestKit;

/// <summary>Asks Prometheus' own tool what it thinks of a text of metrics.</summary>
internal static class Promtool
{
    private static readonly string? Program = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "promtool"))
        .FirstOrDefault(File.Exists);

    /// <summary>Fails unless it takes the text without a word. Skipped where it is not installed, but not where everything has to
    /// run.</summary>
    public static async Task CheckAsync(string metrics, CancellationToken cancellationToken)
    {
        var all = Environment.GetEnvironmentVariable("CI") == "true" || Environment.GetEnvironmentVariable("PAWL_TEST_ALL") == "1";
        Assert.SkipWhen(Program is null && !all, "promtool is not here; apt-get install prometheus brings it.");
        Assert.NotNull(Program);
        using var tool = Process.Start(new ProcessStartInfo(Program, ["check", "metrics"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        await tool.StandardInput.WriteAsync(metrics.AsMemory(), cancellationToken);
        tool.StandardInput.Close();
        var said = await Task.WhenAll(
            tool.StandardOutput.ReadToEndAsync(cancellationToken), tool.StandardError.ReadToEndAsync(cancellationToken));
        await tool.WaitForExitAsync(cancellationToken);
        Assert.Equal(("", 0), (string.Concat(said).Trim(), tool.ExitCode));
    }
}
