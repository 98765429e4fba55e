namespace Pawl.EndToEnd.Tests.Commands;

/// <summary>What Prometheus reads of a real server.</summary>
public sealed class MetricsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_metrics_of_a_server_are_taken_by_promtool_and_count_its_jobs_and_requests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The example is a shell script with a limit on memory.");
        var folder = new TempFolder();
        foreach (var file in Directory.EnumerateFiles(Repository.PathTo("samples/handlers")))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        await using var server = await Server.StartAsync(folder);
        await server.EndAsync(await server.EnqueueAsync("cards.commit", """{"repoPath":"/r","commit":"a1"}""", Token), Token);

        var metrics = await server.GetAsync("metrics", Token);

        string[] lines =
        [
            """pawl_jobs_created_total{type="cards.commit",queue="cards",trigger="api"} 1""",
            """pawl_attempts_total{type="cards.commit",queue="cards",outcome="succeeded"} 1""",
            """pawl_jobs{queue="cards",state="succeeded"} 1""",
            """pawl_http_requests_total{route="/api/jobs",method="POST",status="201"} 1""",
            """pawl_workers{state="ready"} 1""",
        ];
        Assert.All(lines, line => Assert.Contains(line, metrics.Split('\n')));
        Assert.Contains("pawl_store_wal_bytes ", metrics, StringComparison.Ordinal);
        await Promtool.CheckAsync(metrics, Token);
    }
}
