using Pawl.EndToEnd.Tests.Cli;

namespace Pawl.EndToEnd.Tests.Security;

/// <summary>Requests that two servers in a row could read as different ones, and headers without end: refused, and the connection closed,
/// so that nothing behind them is taken for a request.</summary>
public sealed class WireTests(Server server) : IClassFixture<Server>
{
    private const string Body = """{"type":"demo.sleep","payload":{"seconds":0}}""";
    private const string Behind = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    public static TheoryData<string, string> Ambiguous => new()
    {
        { "two lengths", $"Content-Length: {Body.Length}\r\nContent-Length: {Body.Length - 1}\r\n\r\n{Body}" },
        { "one length twice", $"Content-Length: {Body.Length}\r\nContent-Length: {Body.Length}\r\n\r\n{Body}" },
        { "a list of lengths", $"Content-Length: {Body.Length}, {Body.Length}\r\n\r\n{Body}" },
        { "a length below zero", $"Content-Length: -1\r\n\r\n{Body}" },
        { "a length without end", $"Content-Length: 99999999999999999999\r\n\r\n{Body}" },
        { "length and chunks", $"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n{Chunked()}" },
        { "chunks and length", $"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n{Chunked()}" },
        { "chunks twice", $"Transfer-Encoding: chunked, chunked\r\n\r\n{Chunked()}" },
        { "an unknown coding", $"Transfer-Encoding: xchunked\r\n\r\n{Chunked()}" },
        { "chunks not last", $"Transfer-Encoding: chunked, identity\r\n\r\n{Chunked()}" },
        { "a blank before the colon", $"Transfer-Encoding : chunked\r\n\r\n{Chunked()}" },
        { "a bare line feed behind a chunk's size", $"Transfer-Encoding: chunked\r\n\r\n{Chunked("\n")}" },
        { "a bare line feed in a chunk's extension", $"Transfer-Encoding: chunked\r\n\r\n{Chunked(";\nx\r\n")}" },
        { "a bare carriage return in a chunk's extension", $"Transfer-Encoding: chunked\r\n\r\n{Chunked(";\rx\r\n")}" },
        { "a bare line feed between headers", $"X: y\nContent-Length: {Body.Length}\r\n\r\n{Body}" },
        { "a bare carriage return in a header", $"X: a\rb\r\nContent-Length: {Body.Length}\r\n\r\n{Body}" },
        { "a NUL in a header", $"X: a\0b\r\nContent-Length: {Body.Length}\r\n\r\n{Body}" },
        { "a folded header", $"X: a\r\n b\r\nContent-Length: {Body.Length}\r\n\r\n{Body}" },
        { "another host", $"Host: evil.test\r\nContent-Length: {Body.Length}\r\n\r\n{Body}" },
        { "the same host again", $"Host: localhost\r\nContent-Length: {Body.Length}\r\n\r\n{Body}" },
    };

    [Theory]
    [MemberData(nameof(Ambiguous))]
    public async Task What_can_be_read_in_two_ways_is_refused_and_the_connection_closed(string what, string rest)
    {
        var before = await CountAsync();

        var heard = await Wire.TalkAsync(server.Url, Head() + rest + Behind);

        Assert.True(Wire.StatusOf(heard) == 400, $"{what}: {heard}");
        Assert.DoesNotContain("\"status\":\"ok\"", heard, StringComparison.Ordinal);   // what stood behind it was not read
        Assert.Equal(before, await CountAsync());
    }

    [Fact]
    public async Task Chunks_of_HTTP_1_0_are_none()
    {
        var head = Head().Replace("HTTP/1.1", "HTTP/1.0", StringComparison.Ordinal);

        Assert.Equal(400, Wire.StatusOf(await Wire.TalkAsync(server.Url, $"{head}Transfer-Encoding: chunked\r\n\r\n{Chunked()}")));
    }

    [Fact]
    public async Task Good_requests_on_one_connection_are_all_answered()
    {
        var heard = await Wire.TalkAsync(
            server.Url,
            $"{Head()}Transfer-Encoding: chunked\r\n\r\n{Chunked()}{Head()}Content-Length: {Body.Length}\r\n\r\n{Body}{Behind}");

        Assert.Equal(201, Wire.StatusOf(heard));
        Assert.Equal(3, heard.Split("HTTP/1.1 20").Length - 1);
    }

    [Theory]
    [InlineData(33 * 1024, 1)]
    [InlineData(1, 101)]
    public async Task Headers_over_the_limit_are_told_so_and_the_connection_closed(int bytes, int count)
    {
        var headers = string.Concat(Enumerable.Range(0, count).Select(n => $"X-{n}: {new string('a', bytes)}\r\n"));

        var heard = await Wire.TalkAsync(server.Url, $"GET /livez HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");

        Assert.Equal(431, Wire.StatusOf(heard));
        Assert.Contains("\"code\":\"header_too_large\"", heard, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/problem+json", heard, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(1024 * 1024, 1)]
    [InlineData(1, 2_000)]
    public async Task Headers_without_end_are_not_read_to_theirs(int bytes, int count)
    {
        var headers = string.Concat(Enumerable.Range(0, count).Select(n => $"X-{n}: {new string('a', bytes)}\r\n"));

        Assert.Equal(431, Wire.StatusOf(await Wire.TalkAsync(server.Url, $"GET /livez HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n")));
    }

    private static string Chunked(string afterSize = "\r\n") => $"{Body.Length:x}{afterSize}{Body}\r\n0\r\n\r\n";

    private string Head() =>
        $"POST /api/jobs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.Key}\r\nContent-Type: application/json\r\n";

    private async Task<string> CountAsync()
    {
        var said = (await server.RunAsync("list", "-o", "json", "--limit", "1")).Ends(0).Json();
        return said.GetProperty("items").GetArrayLength() == 0 ? "" : said.GetProperty("items")[0].GetProperty("id").GetString()!;
    }
}
