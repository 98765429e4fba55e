using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Pawl.Testing;

namespace Pawl.Tests.Declared;

/// <summary>Calls as jobs, to a server of this machine.</summary>
public sealed class HttpTests : IDisposable
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);

    public HttpTests() => _server.Start();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task The_payload_is_the_body_and_a_secret_is_put_into_its_header_and_nowhere_else()
    {
        await using var test = await StartAsync(
            """ "Headers": { "X-Key": "Key secret://hook-key" } """, ("Pawl:Secrets:hook-key", "canary-4711"));
        var heard = AnswerAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"you sent\":\"Key canary-4711\"}");

        var job = await RunAsync(test, """{"id":"a/../b c","n":1.0}""", new() { Traceparent = Trace });

        var request = await heard;
        Assert.StartsWith("POST /hook/a%2F..%2Fb%20c HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n{\"id\":\"a/../b c\",\"n\":1.0}", request, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Key: Key canary-4711\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json\r\n", request, StringComparison.Ordinal);
        Assert.Contains($"\r\nIdempotency-Key: pawl-{job.Id}\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-", request, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal("""{"http_status":200,"body":{"you sent":"Key ***"}}""", Encoding.UTF8.GetString(job.Result!.Value.Span));
    }

    [Theory]
    [InlineData("404 Not Found", ErrorCategory.NotFound, "http_404", JobState.Failed)]
    [InlineData("302 Found\r\nLocation: http://169.254.169.254/", ErrorCategory.ProviderError, "bad_reply", JobState.Scheduled)]
    [InlineData("503 Busy\r\nRetry-After: 120", ErrorCategory.RateLimited, "http_503", JobState.Scheduled)]
    [InlineData("502 Bad", ErrorCategory.ProviderError, "http_502", JobState.Scheduled)]
    public async Task The_status_decides(string status, ErrorCategory category, string code, JobState state)
    {
        await using var test = await StartAsync(
            """ "Headers": { "X-Key": "secret://hook-key" } """, ("Pawl:Secrets:hook-key", "canary-4711"));
        var heard = AnswerAsync($"HTTP/1.1 {status}\r\n\r\nno canary-4711 here");

        var job = await RunAsync(test, """{"id":1}""");

        await heard;
        var error = Assert.Single(await test.Jobs.AttemptsAsync(job.Id, Token)).Error!;
        Assert.Equal((state, category, code), (job.State, error.Category, error.Code));
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
        if (error.RetryAfter is { } asked)
        {
            Assert.Equal(TimeSpan.FromSeconds(120), asked);
        }
    }

    [Fact]
    public async Task A_reply_of_more_than_a_megabyte_is_not_read_on()
    {
        await using var test = await StartAsync();
        var heard = AnswerAsync("HTTP/1.1 200 OK\r\n\r\n" + new string('x', 2 << 20));

        var job = await RunAsync(test, """{"id":1}""");

        await heard;
        Assert.Equal((ErrorCategory.TooLarge, "reply_too_large"), (job.Error!.Category, job.Error.Code));
    }

    [Fact]
    public async Task A_call_without_an_answer_ends_after_ten_seconds()
    {
        await using var test = await StartAsync();
        var accepted = _server.AcceptSocketAsync(Token).AsTask();
        var id = (await test.EnqueueAsync("test.http", """{"id":1}""")).Id;
        using var silent = await accepted;

        await test.PassAsync(TimeSpan.FromSeconds(11), Token);
        await test.RunUntilIdleAsync(Token);

        var error = Assert.Single(await test.Jobs.AttemptsAsync(id, Token)).Error!;
        Assert.Equal((ErrorCategory.Timeout, "http_timeout"), (error.Category, error.Code));
    }

    [Theory]
    [InlineData("http://0x7f.1/", "url_not_allowed")]
    [InlineData("http://169.254.169.254/", "url_not_allowed")]
    [InlineData("file:///etc/passwd", "url_not_allowed")]
    [InlineData("http://user:pass@127.0.0.1/", "url_invalid")]
    [InlineData("http://127.0.0.1/\\r\\nX: y", "url_invalid")]
    public async Task An_address_from_the_payload_is_refused_before_the_job_is_stored(string url, string code)
    {
        await using var test = await Declared.StartAsync(
            """{"test.http":{"Handler":"http","Http":{"Url":"{url}","AllowedHosts":["127.0.0.1"],"AllowPrivate":true}}}""");

        var refused = await Assert.ThrowsAsync<PawlException>(() => test.EnqueueAsync("test.http", $$"""{"url":"{{url}}"}"""));

        Assert.Equal(code, refused.Code);
    }

    [Fact]
    public async Task A_name_that_leads_to_the_own_network_is_refused_when_it_is_resolved()
    {
        // The machine's own name, which its hosts file or its resolver leads to itself.
        var name = Dns.GetHostName();
        var own = await FindAsync(name);
        Assert.SkipWhen(own.Length == 0 || own.All(address => !IPAddress.IsLoopback(address)), "The name of this machine leads elsewhere.");
        await using var test = await Declared.StartAsync(
            "{\"test.http\":{\"Handler\":\"http\",\"Http\":"
                + $$"""{"Url":"http://{{name}}:{{Port}}/","AllowedHosts":["{{name}}"]}""" + "}}");

        var job = await RunAsync(test, "{}");

        Assert.Equal((ErrorCategory.InvalidInput, "url_not_allowed"), (job.Error!.Category, job.Error.Code));
        Assert.False(_server.Pending());
    }

    [Fact]
    public async Task A_secret_that_is_not_there_fails_as_configuration()
    {
        await using var test = await StartAsync(""" "Headers": { "X-Key": "secret://hook-key" } """);

        var job = await RunAsync(test, """{"id":1}""");

        Assert.Equal((ErrorCategory.Configuration, "secret_missing"), (job.Error!.Category, job.Error.Code));
    }

    private const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    private Task<PawlTest> StartAsync(string more = "", params (string Path, string? Value)[] settings) => Declared.StartAsync(
        """{"test.http":{"Handler":"http","Http":{"AllowedHosts":["127.0.0.1"],"AllowPrivate":true,"""
            + $$"""
            "Url":"http://127.0.0.1:{{Port}}/hook/{id}"
            """
            + (more.Length == 0 ? "" : "," + more) + "}}}",
        settings);

    private static async Task<Job> RunAsync(PawlTest test, string payload, EnqueueOptions? options = null)
    {
        var id = (await test.EnqueueAsync("test.http", payload, options)).Id;
        await test.RunUntilIdleAsync(Token);
        return await test.Jobs.GetAsync(id, Token);
    }

    private static async Task<IPAddress[]> FindAsync(string name)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(name, Token);
        }
        catch (SocketException)
        {
            return [];
        }
    }

    /// <summary>Answers one request and gives what was asked.</summary>
    private async Task<string> AnswerAsync(string reply)
    {
        using var socket = await _server.AcceptSocketAsync(Token);
        var request = new StringBuilder();
        var part = new byte[65_536];
        while (!IsWhole(request.ToString()))
        {
            request.Append(Encoding.UTF8.GetString(part, 0, await socket.ReceiveAsync(part, Token)));
        }

        try
        {
            var closed = reply.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal);
            await socket.SendAsync(Encoding.UTF8.GetBytes(closed), Token);
        }
        catch (SocketException)
        {
            // Who has read enough hangs up.
        }

        return request.ToString();
    }

    private static bool IsWhole(string request)
    {
        var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var length = request.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase));
        var body = length is null ? 0 : int.Parse(length.AsSpan(16), CultureInfo.InvariantCulture);
        return end >= 0 && request.Length >= end + 4 + body;
    }
}
