using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Pawl.EndToEnd.Tests.Docs;

/// <summary><c>samples/08-web.cs</c>: an application of its own with Pawl below a path.</summary>
public sealed class WebSampleTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task An_application_serves_its_own_pages_and_Pawl_below_its_path()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It is asked to stop by a signal.");
        using var folder = new TempFolder();
        using var build = Start(folder, "build", Repository.PathTo("samples/08-web.cs"), "--output", folder["program"]);
        var said = await build.StandardOutput.ReadToEndAsync(Stop).WaitAsync(Limit, Stop);
        await build.WaitForExitAsync(Stop);
        Assert.True(build.ExitCode == 0, said);

        using var app = Start(folder, folder["program/08-web.dll"], "--urls", "http://127.0.0.1:0");
        try
        {
            const string Ready = "ready on ";
            var line = "";
            while (!line.StartsWith(Ready, StringComparison.Ordinal))
            {
                line = await app.StandardOutput.ReadLineAsync(Stop).AsTask().WaitAsync(Limit, Stop)
                    ?? throw new InvalidOperationException($"It ended: {await app.StandardError.ReadToEndAsync(Stop)}");
            }

            var jobs = line[Ready.Length..];
            using var client = new HttpClient { Timeout = Limit };
            Assert.StartsWith(
                "Hello. Job 1 ", await client.GetStringAsync(new Uri(new Uri(jobs), "/"), Stop), StringComparison.Ordinal);
            while (await client.GetAsync(new Uri($"{jobs}/readyz"), Stop) is { StatusCode: not HttpStatusCode.OK } || !HasKey(folder))
            {
                Assert.False(app.HasExited);
            }

            using var nobody = await client.GetAsync(new Uri($"{jobs}/api/jobs/1"), Stop);
            Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
            var key = await File.ReadAllTextAsync(folder["web.db.token"], Stop);
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Trim());
            using var job = JsonDocument.Parse(await client.GetStringAsync(new Uri($"{jobs}/api/jobs/1"), Stop));
            Assert.Equal("hello.greet", job.RootElement.GetProperty("type").GetString());

            Kill.Unix.Ask(app.Id);
            await app.WaitForExitAsync(Stop).WaitAsync(Limit, Stop);
            Assert.Equal(0, app.ExitCode);
        }
        finally
        {
            if (!app.HasExited)
            {
                app.Kill();
            }
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static bool HasKey(TempFolder folder) => new FileInfo(folder["web.db.token"]) is { Exists: true, Length: > 0 };

    private static Process Start(TempFolder folder, params string[] words) => Process.Start(new ProcessStartInfo("dotnet", words)
    {
        WorkingDirectory = folder.FullPath, RedirectStandardOutput = true, RedirectStandardError = true,
    })!;
}
