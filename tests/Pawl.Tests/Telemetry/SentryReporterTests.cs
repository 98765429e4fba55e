using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pawl.Testing;
using Pawl.Tests.Running;

namespace Pawl.Tests.Telemetry;

/// <summary>Failures as an error tracker hears of them, on a socket of this machine.</summary>
public sealed class SentryReporterTests : IDisposable
{
    private static readonly Dictionary<string, string> Tags = new() { ["repository"] = "a/b", ["processor"] = "pull_requests" };

    private readonly TcpListener _sink = new(IPAddress.Loopback, 0);

    public SentryReporterTests() => _sink.Start();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _sink.Dispose();

    [Fact]
    public async Task A_failure_is_one_envelope_with_tags_type_and_id_and_a_context_of_the_job()
    {
        await using var test = await StartAsync($"http://public1:secret@127.0.0.1:{((IPEndPoint)_sink.LocalEndpoint).Port}/under/42");
        var heard = HearAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        var id = (await test.Jobs.EnqueueAsync(new Say(), new() { Tags = Tags, MaxAttempts = 1 }, Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var request = await heard;
        Assert.StartsWith("POST /under/api/42/envelope/ HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("sentry_key=public1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/x-sentry-envelope\r\n", request, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", request, StringComparison.Ordinal);
        var body = request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].Split('\n');
        using var envelope = JsonDocument.Parse(body[0]);
        using var item = JsonDocument.Parse(body[1]);
        using var whole = JsonDocument.Parse(body[2]);
        var told = whole.RootElement;
        Assert.Equal(envelope.RootElement.GetProperty("event_id").GetString(), told.GetProperty("event_id").GetString());
        Assert.Equal(Encoding.UTF8.GetByteCount(body[2]), item.RootElement.GetProperty("length").GetInt32());
        Assert.Equal("event", item.RootElement.GetProperty("type").GetString());
        Assert.Equal(("test.say", $"{id}"), (Text("tags", "type"), Text("tags", "id")));
        var job = told.GetProperty("contexts").GetProperty("job");
        Assert.Equal(
            ("a/b", "pull_requests", 1),
            (job.GetProperty("repository").GetString(), job.GetProperty("processor").GetString(), job.GetProperty("attempt").GetInt32()));
        var thrown = told.GetProperty("exception").GetProperty("values")[0];
        Assert.Equal(
            ("TimeoutException", "no answer; password=***"),
            (thrown.GetProperty("type").GetString(), thrown.GetProperty("value").GetString()));
        Assert.Equal("error", told.GetProperty("level").GetString());

        string? Text(string of, string name) => told.GetProperty(of).GetProperty(name).GetString();
    }

    [Fact]
    public async Task A_tracker_that_is_not_there_costs_its_reports_and_nothing_else()
    {
        var port = ((IPEndPoint)_sink.LocalEndpoint).Port;
        _sink.Stop();
        var lines = new Lines();
        await using var test = await StartAsync($"http://public1@127.0.0.1:{port}/42", lines);

        var first = (await test.Jobs.EnqueueAsync(new Say(), new() { MaxAttempts = 1 }, Token)).Id;
        var second = (await test.Jobs.EnqueueAsync(new Say(), new() { MaxAttempts = 1 }, Token)).Id;
        await test.RunUntilIdleAsync(Token);

        Assert.Equal(JobState.Failed, (await test.Jobs.GetAsync(first, Token)).State);
        Assert.Equal(JobState.Failed, (await test.Jobs.GetAsync(second, Token)).State);
        Assert.DoesNotContain(1210, lines.Ids);
    }

    [Theory]
    [InlineData("ftp://key@host/1")]
    [InlineData("https://host/1")]
    [InlineData("https://key@host/")]
    [InlineData("canary")]
    public async Task A_wrong_address_is_refused_without_being_shown(string dsn)
    {
        var refused = await Assert.ThrowsAsync<PawlException>(async () =>
        {
            await using var test = await StartAsync(dsn);
        });

        Assert.Equal(("config_invalid", 8, "Pawl:Sentry:Dsn"), (refused.Code, refused.ExitCode, refused.Data["path"]));
        Assert.DoesNotContain(dsn, refused.Message, StringComparison.Ordinal);
    }

    private static Task<PawlTest> StartAsync(string dsn, Lines? lines = null) => Stage.StartAsync(
        (_, _, _) => throw new TimeoutException("no answer; password=hunter2"),
        more: pawl =>
        {
            pawl.Services.AddSingleton<IConfiguration>(
                new ConfigurationBuilder().AddInMemoryCollection([new("Pawl:Sentry:Dsn", dsn)]).Build());
            if (lines is not null)
            {
                pawl.Services.AddSingleton<Microsoft.Extensions.Logging.ILoggerProvider>(lines);
            }
        });

    private async Task<string> HearAsync(string reply)
    {
        using var socket = await _sink.AcceptSocketAsync(Token);
        var request = new StringBuilder();
        var part = new byte[65_536];
        while (!request.ToString().EndsWith("}\n", StringComparison.Ordinal))
        {
            request.Append(Encoding.UTF8.GetString(part, 0, await socket.ReceiveAsync(part, Token)));
        }

        await socket.SendAsync(Encoding.UTF8.GetBytes(reply), Token);
        return request.ToString();
    }
}
