using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Pawl.EndToEnd.Tests.Docs;

/// <summary>The single-file samples that are servers, each built and run as its own process.</summary>
[Collection("builds")]
public sealed class ServerSampleTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    private readonly TempFolder _folder = new();
    private readonly HttpClient _client = new() { Timeout = Limit };
    private Process? _app;

    [Fact]
    public async Task An_application_serves_its_own_pages_and_Pawl_below_its_path()
    {
        var line = await StartAsync("08-web", "ready on ", "--urls", "http://127.0.0.1:0");
        var jobs = line["ready on ".Length..];
        Assert.StartsWith("Hello. Job 1 ", await _client.GetStringAsync(new Uri(new Uri(jobs), "/"), Stop), StringComparison.Ordinal);
        await ReadyAsync(jobs, "web.db.token");

        using var nobody = await _client.GetAsync(new Uri($"{jobs}/api/jobs/1"), Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        await SignInAsync("web.db.token");
        using var job = JsonDocument.Parse(await _client.GetStringAsync(new Uri($"{jobs}/api/jobs/1"), Stop));
        Assert.Equal("hello.greet", job.RootElement.GetProperty("type").GetString());

        await EndAsync();
    }

    [Fact]
    public async Task The_demo_is_a_server_with_types_to_play_with()
    {
        var line = await StartAsync("demo", "pawl ", "--listen", "127.0.0.1:0");
        var server = line.Split(' ')[4];
        await ReadyAsync(server, "pawl.db.token");
        await SignInAsync("pawl.db.token");

        using var types = JsonDocument.Parse(await _client.GetStringAsync(new Uri($"{server}/api/types"), Stop));

        Assert.Equal(
            ["demo.crash", "demo.fail", "demo.items", "demo.sleep", "demo.stream"],
            types.RootElement.GetProperty("items").EnumerateArray().Select(type => type.GetProperty("type").GetString()!).Order());
        await EndAsync();
    }

    public void Dispose()
    {
        if (_app is { HasExited: false } app)
        {
            app.Kill();
        }

        _app?.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Builds a sample and starts it; the line with which it says that it is there.</summary>
    private async Task<string> StartAsync(string sample, string ready, params string[] words)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It is asked to stop by a signal.");
        using var build = Run("build", Repository.PathTo($"samples/{sample}.cs"), "--output", _folder["program"]);
        var said = await build.StandardOutput.ReadToEndAsync(Stop).WaitAsync(Limit, Stop);
        await build.WaitForExitAsync(Stop);
        Assert.True(build.ExitCode == 0, said);

        _app = Run([_folder[$"program/{sample}.dll"], .. words]);
        _app.ErrorDataReceived += static (_, _) => { };   // a full pipe would hold it up
        _app.BeginErrorReadLine();
        while (true)
        {
            var line = await _app.StandardOutput.ReadLineAsync(Stop).AsTask().WaitAsync(Limit, Stop)
                ?? throw new InvalidOperationException($"{sample} ended before it was ready.");
            if (line.StartsWith(ready, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }

    private async Task ReadyAsync(string address, string keyFile)
    {
        while (await _client.GetAsync(new Uri($"{address}/readyz"), Stop) is { StatusCode: not HttpStatusCode.OK }
            || new FileInfo(_folder[keyFile]) is not { Exists: true, Length: > 0 })
        {
            Assert.False(_app!.HasExited);
        }
    }

    private async Task SignInAsync(string keyFile) => _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
        "Bearer", (await File.ReadAllTextAsync(_folder[keyFile], Stop)).Trim());

    /// <summary>Asks it to stop, as a service manager does.</summary>
    private async Task EndAsync()
    {
        Unix.Ask(_app!.Id);
        await _app.WaitForExitAsync(Stop).WaitAsync(Limit, Stop);
        Assert.Equal(0, _app.ExitCode);
    }

    private Process Run(params string[] words) => Process.Start(new ProcessStartInfo("dotnet", words)
    {
        WorkingDirectory = _folder.FullPath, RedirectStandardOutput = true, RedirectStandardError = true,
        // Whether they are well written is the build's matter; here it would be most of the time.
        Environment =
        {
            ["XDG_CONFIG_HOME"] = _folder["config"], ["RunAnalyzers"] = "false", ["UseSharedCompilation"] = "true",
        },
    })!;
}
