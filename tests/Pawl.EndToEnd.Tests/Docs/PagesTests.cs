using Pawl.EndToEnd.Tests.Cli;

namespace Pawl.EndToEnd.Tests.Docs;

/// <summary>Every example of the docs does what the page says, beside a <c>pawl serve --demo</c>.</summary>
public sealed class PagesTests(Server shared) : IClassFixture<Server>
{
    private const UnixFileMode Runs = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/http.md")]
    [InlineData("docs/cli.md")]
    [InlineData("docs/handlers.md")]
    public async Task Every_example_ends_as_its_page_says(string path)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The examples are for a Unix shell.");
        var page = Page.Of(path);
        await using var server = new Server();
        foreach (var file in page.Files)
        {
            var copy = server.Tool[Path.GetFileName(file)];
            File.Copy(Repository.PathTo(file), copy);
            if (!OperatingSystem.IsWindows() && Path.GetExtension(file).Length == 0)
            {
                File.SetUnixFileMode(copy, Runs);
            }
        }

        await server.InitializeAsync();
        var said = await BashAsync(server, page.Script(server.Url));
        Assert.True(said.Exit == 0, $"{path} ended with {said.Exit}\n{said.Errors}\n{said.Output}");
    }

    [Theory]
    [InlineData("```bash\npawl list\n```\n", 0)]
    [InlineData("```bash\npawl get 999999   # exit 3\n```\n", 0)]
    [InlineData("```bash\ncurl http://127.0.0.1:7295/api/jobs   # 401\n```\n", 0)]
    [InlineData("```bash\npawl get 999999\n```\n", 3)]
    [InlineData("```bash\npawl list   # exit 3\n```\n", 1)]
    [InlineData("```bash\ncurl http://127.0.0.1:7295/api/jobs   # 403\n```\n", 1)]
    [InlineData("```bash\ncurl http://127.0.0.1:7295/api/jobs\n```\n", 22)]
    [InlineData("```text\npawl get 999999\n```\n", 0)]
    public async Task An_example_that_ends_otherwise_is_found(string text, int exit)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The examples are for a Unix shell.");
        var said = await BashAsync(shared, new Page("a.md", text).Script(shared.Url));
        Assert.True(said.Exit == exit, $"{said.Exit}\n{said.Errors}\n{said.Output}");
    }

    private static async Task<Said> BashAsync(Server server, string script)
    {
        // The tool by its name, also for what starts it in its turn, such as xargs.
        var bin = Directory.CreateDirectory(server.Tool["bin"]).FullName;
        var tool = Path.Combine(bin, "pawl");
        await File.WriteAllTextAsync(
            tool, $"#!/bin/sh\nexec dotnet '{Tool.Program}' \"$@\"\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(tool, Runs);
        }

        server.Tool.Environment["PATH"] = bin + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        return await server.Tool.RunOtherAsync("bash", "-c", script);
    }
}
