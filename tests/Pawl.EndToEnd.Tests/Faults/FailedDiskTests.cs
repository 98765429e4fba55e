using System.Net;
using System.Text.Json;
using Pawl.EndToEnd.Tests.Cli;

namespace Pawl.EndToEnd.Tests.Faults;

/// <summary>A disk that reports an error at a flush: nothing is acknowledged after it, the server ends with 70, and what it acknowledged
/// before is there for the next one.</summary>
public sealed class FailedDiskTests
{
    // Late enough for the start, whose flushes are other threads' too.
    private const int Flushes = 60;
    private const int MostJobs = 2_000;

    [Fact]
    public async Task A_flush_that_fails_ends_the_server_with_70_and_no_acknowledged_job_is_lost()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && (PostgresCluster.Required || File.Exists("/usr/bin/strace")),
            "There is no strace, which injects faults.");
        await using var server = new Server();
        await server.StartUnderAsync(
            "strace",
            ["-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fdatasync,fsync",
                "-e", $"inject=fdatasync,fsync:error=EIO:when={Flushes}+"],
            "--no-worker", "--demo");
        var (acknowledged, refused) = await EnqueueAsync(server);

        Assert.Equal(70, await server.EndAsync());
        Assert.Contains("error[storage_failed]", server.Errors, StringComparison.Ordinal);
        Assert.NotEmpty(acknowledged);
        Assert.All(refused, status => Assert.Equal(HttpStatusCode.ServiceUnavailable, status));

        await server.StartAsync("--no-worker", "--demo");
        using var http = Client(server);
        foreach (var id in acknowledged)
        {
            using var reply = await http.GetAsync(new Uri($"api/jobs/{id}", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        }
    }

    /// <summary>Creates jobs one by one until the server is gone; what it said to each.</summary>
    private static async Task<(List<string> Acknowledged, List<HttpStatusCode> Refused)> EnqueueAsync(Server server)
    {
        using var http = Client(server);
        var (acknowledged, refused) = (new List<string>(), new List<HttpStatusCode>());
        try
        {
            for (var n = 0; n < MostJobs; n++)
            {
                using var reply = await http.PostAsync(
                    new Uri("api/jobs", UriKind.Relative),
                    new StringContent("""{"type":"demo.sleep","payload":{"seconds":0}}""", null, "application/json"),
                    TestContext.Current.CancellationToken);
                if (reply.StatusCode == HttpStatusCode.Created)
                {
                    Assert.Empty(refused);   // after the first refusal there is no acknowledgement
                    var body = await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                    acknowledged.Add(JsonElement.Parse(body).GetProperty("id").GetString()!);
                }
                else
                {
                    refused.Add(reply.StatusCode);
                }
            }

            Assert.Fail($"{MostJobs} jobs, and the disk never failed.");
        }
        catch (HttpRequestException)
        {
            // It has ended.
        }

        return (acknowledged, refused);
    }

    private static HttpClient Client(Server server)
    {
        var http = new HttpClient { BaseAddress = new($"{server.Url}/") };
        http.DefaultRequestHeaders.Authorization = new("Bearer", server.Key);
        return http;
    }
}
