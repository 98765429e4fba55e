using System.Net;
using System.Text.Json;
using Pawl.EndToEnd.Tests.Cli;

namespace Pawl.EndToEnd.Tests.Faults;

/// <summary>A file system that becomes read-only for a while, as a kernel makes a failing one: callers are told so, and the server goes on
/// by itself when it can be written again.</summary>
public sealed class ReadOnlyDiskTests
{
    // The start on a file that is there already takes a few dozen.
    private const int First = 400;
    private const int Last = 600;
    private const int MostJobs = 5_000;

    [Fact]
    public async Task A_disk_that_turns_read_only_is_told_to_the_callers_and_needs_no_restart()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && (PostgresCluster.Required || File.Exists("/usr/bin/strace")),
            "There is no strace, which injects faults.");
        await using var server = new Server();
        await server.StartAsync("--no-worker", "--demo");
        await server.StopAsync();
        await server.StartUnderAsync(
            "strace",
            ["-D", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=pwrite64",
                "-e", $"inject=pwrite64:error=EROFS:when={First}..{Last}"],
            "--no-worker", "--demo");
        using var http = new HttpClient { BaseAddress = new($"{server.Url}/") };
        http.DefaultRequestHeaders.Authorization = new("Bearer", server.Key);
        var acknowledged = new List<string>();
        var (refused, again) = (0, 0);
        for (var n = 0; n < MostJobs && again == 0; n++)
        {
            using var reply = await http.PostAsync(
                new Uri("api/jobs", UriKind.Relative),
                new StringContent("""{"type":"demo.sleep","payload":{"seconds":0}}""", null, "application/json"),
                TestContext.Current.CancellationToken);
            var body = JsonElement.Parse(await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            if (reply.StatusCode == HttpStatusCode.Created)
            {
                acknowledged.Add(body.GetProperty("id").GetString()!);
                again += refused > 0 ? 1 : 0;
                continue;
            }

            Assert.Equal((HttpStatusCode.ServiceUnavailable, "storage_readonly"), (reply.StatusCode, body.GetProperty("code").GetString()));
            if (refused++ == 0)
            {
                await NotReadyAsync(http);
            }
        }

        Assert.True(refused > 0 && again > 0, $"{acknowledged.Count} jobs, {refused} refused.\n{server.Errors}");
        foreach (var id in acknowledged)
        {
            using var reply = await http.GetAsync(new Uri($"api/jobs/{id}", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        }
    }

    /// <summary>Waits until the probe says so: it looks anew once a second.</summary>
    private static async Task NotReadyAsync(HttpClient http)
    {
        using var limit = new CancellationTokenSource(Tool.Limit, TimeProvider.System);
        while (true)
        {
            using var probe = await http.GetAsync(new Uri("readyz", UriKind.Relative), limit.Token);
            if (probe.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                Assert.Contains("storage_readonly", await probe.Content.ReadAsStringAsync(limit.Token), StringComparison.Ordinal);
                return;
            }
        }
    }
}
