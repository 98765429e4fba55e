using System.Net;
using Pawl.EndToEnd.Tests.Cli;

namespace Pawl.EndToEnd.Tests.Security;

/// <summary>HTTP/2, which only TLS offers: who takes each request back as soon as it is made keeps the server from nobody.</summary>
public sealed class RapidResetTests : IAsyncDisposable
{
    private const int Rounds = 20;
    private const int Requests = 500;

    private readonly Server _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Requests_that_are_taken_back_at_once_keep_the_server_from_nobody()
    {
        using var certificate = Certificates.Make(_server.Tool, pem: false);
        await _server.StartAsync("--demo", "--listen", "https://127.0.0.1:0");
        using var others = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new()
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.Thumbprint,
            },
        })
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Tool.Limit,
        };
        others.DefaultRequestHeaders.Authorization = new("Bearer", _server.Key);
        await using var flood = await ResetFlood.OpenAsync(_server.Url, certificate, "/api/jobs");

        Assert.InRange(flood.Streams ?? long.MaxValue, 1, 100);
        for (var round = 0; round < Rounds; round++)
        {
            await flood.SendAsync(Requests);
            using var reply = await others.GetAsync(new Uri($"{_server.Url}/api/jobs"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        }

        await flood.EndAsync();
        Assert.True(flood.Ended || flood.Answered, $"The server neither ended the talk nor went on with it.\n{_server.Errors}");
    }
}
