using System.Diagnostics;

namespace Pawl.EndToEnd.Tests.Cli;

/// <summary>The tool as a package, installed from a folder and nowhere else.</summary>
[Collection("builds")]
public sealed class PackTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task It_is_packed_and_installed_as_a_tool_without_any_network()
    {
        using var folder = new TempFolder();
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        await DotnetAsync(
            folder, "pack", Repository.PathTo("src/Pawl.Cli"), "--no-build", "--configuration", configuration, "--output",
            folder["packages"]);
        await File.WriteAllTextAsync(
            folder["nuget.config"],
            "<configuration><packageSources><clear /><add key=\"here\" value=\"packages\" /></packageSources></configuration>",
            TestContext.Current.CancellationToken);
        var package = Path.GetFileNameWithoutExtension(Assert.Single(Directory.GetFiles(folder["packages"], "*.nupkg")));
        var version = package["Pawl.Cli.".Length..];

        await DotnetAsync(
            folder, "tool", "install", "Pawl.Cli", "--version", version, "--tool-path", folder["tools"], "--configfile",
            folder["nuget.config"]);

        using var tool = new Tool();
        var pawl = Path.Combine(folder["tools"], "pawl");
        var said = await tool.RunOtherAsync(pawl, "version", "--client");
        Assert.Equal((0, $"pawl {version}\n"), (said.Exit, said.Output));
        var script = await tool.RunOtherAsync(pawl, "db", "script", "--store", "postgres");
        Assert.Contains("create schema", script.Output, StringComparison.Ordinal);
        (await tool.RunOtherAsync(pawl, "db", "migrate", "--yes")).Ends(0);   // the native library came along
    }

    private static async Task DotnetAsync(TempFolder folder, params string[] words)
    {
        var start = new ProcessStartInfo("dotnet", words)
        {
            WorkingDirectory = folder.FullPath, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["NUGET_PACKAGES"] = folder["nuget"];
        if (words[0] == "pack")
        {
            start.Environment.Remove("NUGET_PACKAGES");   // what the build restored is where it was
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', words)}\n{await output}\n{await errors}");
    }
}
