using System.Net;
using System.Net.Sockets;

namespace Pawl.EndToEnd.Tests.Commands;

/// <summary>A server that sends its traces and metrics to a collector.</summary>
public sealed class CollectorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_go_to_the_collector_that_the_environment_names()
    {
        using var collector = new HttpListener();
        var port = Keeper.FreePort();
        collector.Prefixes.Add($"http://127.0.0.1:{port}/");
        collector.Start();
        await using var server = await Server.StartAsync(new TempFolder(), Variables(port));

        var context = await collector.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(90), Token);

        Assert.Equal(("POST", "application/x-protobuf"), (context.Request.HttpMethod, context.Request.ContentType));
        Assert.StartsWith("/v1/", context.Request.Url!.AbsolutePath, StringComparison.Ordinal);
        context.Response.Close();
    }

    [Fact]
    public async Task A_collector_that_is_not_there_costs_a_line_and_the_health_names_it()
    {
        await using var server = await Server.StartAsync(new TempFolder(), Variables(Keeper.FreePort()));
        string health;
        var since = TimeProvider.System.GetTimestamp();
        do
        {
            health = await server.GetAsync("healthz", Token);
            Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(90), health);
        }
        while (!health.Contains("does not take what it is sent", StringComparison.Ordinal));

        Assert.Contains("\"name\":\"otlp\",\"ok\":false", health, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"ready\"", health, StringComparison.Ordinal);
        Assert.Contains("\"EventId\":1900", server.Said, StringComparison.Ordinal);
    }

    private static (string Name, string Value)[] Variables(int port) =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{port}"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "200"),
    ];
}
