using System.Text.Json.Nodes;
using Pawl.EndToEnd.Tests.Cli;

namespace Pawl.EndToEnd.Tests.Security;

/// <summary>What the tool asks of the runtime before any of its own code runs.</summary>
public sealed class RuntimeTests : IDisposable
{
    // The first release in which a chunk's extension cannot be read in two ways (CVE-2025-55315).
    private static readonly Version Repaired = new(10, 0, 0);

    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public void The_tool_asks_for_a_runtime_that_is_repaired_and_for_lines_that_end_in_one_way()
    {
        var options = Settings()["runtimeOptions"]!;

        var asked = options["frameworks"]!.AsArray().ToDictionary(
            framework => framework!["name"]!.GetValue<string>(), framework => Version.Parse(framework!["version"]!.GetValue<string>()));
        Assert.All(["Microsoft.NETCore.App", "Microsoft.AspNetCore.App"], name => Assert.InRange(asked[name], Repaired, new(11, 0)));
        Assert.True(options["configProperties"]!["Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators"]!.GetValue<bool>());
    }

    [Fact]
    public async Task On_a_runtime_older_than_it_asks_for_it_does_not_start()
    {
        var settings = Settings();
        var web = settings["runtimeOptions"]!["frameworks"]!.AsArray().Single(
            framework => framework!["name"]!.GetValue<string>() == "Microsoft.AspNetCore.App")!;
        web["version"] = "10.0.9999";
        await File.WriteAllTextAsync(_tool["newer.json"], settings.ToJsonString(), TestContext.Current.CancellationToken);

        var said = await _tool.RunOtherAsync(
            "dotnet", "exec", "--runtimeconfig", _tool["newer.json"], Tool.Program, "serve", "--listen", "127.0.0.1:0");

        Assert.NotEqual(0, said.Exit);
        Assert.Contains("10.0.9999", said.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(_tool["pawl.db"]));
    }

    private static JsonNode Settings() =>
        JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(Tool.Program, ".runtimeconfig.json")))!;
}
