using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Pawl.EndToEnd.Tests.Cli;

namespace Pawl.EndToEnd.Tests.Security;

/// <summary>TLS on addresses of its own: who may listen where, and that keys never cross a network in the clear.</summary>
public sealed class TlsTests : IAsyncDisposable
{
    private readonly Server _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_listens_by_TLS_with_its_certificate_and_the_tool_trusts_what_the_system_does(bool pem)
    {
        using var certificate = Make(pem);

        await _server.StartAsync("--demo", "--listen", "https://127.0.0.1:0");

        Assert.StartsWith("https://127.0.0.1:", _server.Url, StringComparison.Ordinal);
        Assert.Contains($"dashboard {_server.Url}/#code=", _server.Errors, StringComparison.Ordinal);
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseCookies = false,
            SslOptions = new()
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.Thumbprint,
            },
        });
        using var session = await client.PostAsync(
            new Uri($"{_server.Url}/api/session"),
            new StringContent($$"""{"key":"{{_server.Key}}"}""", null, "application/json"),
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, session.StatusCode);
        Assert.Contains("; secure", Assert.Single(session.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);

        Assert.Equal("", await Wire.TalkAsync(_server.Url, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"));   // no plain HTTP there
        Assert.Equal(7, (await _server.RunAsync("list")).Exit);   // nobody has signed that certificate
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere the system's trust is no matter of a file.");
        _server.Tool.Environment["SSL_CERT_FILE"] = _server.Tool["cert.pem"];
        (await _server.RunAsync("list")).Ends(0);
    }

    [Theory]
    [InlineData("--listen https://127.0.0.1:0", "", "config_invalid", "needs a certificate")]
    [InlineData("--listen http://0.0.0.0:7296", "certificate", "refuse_public_without_auth", "in the clear")]
    [InlineData("--listen 127.0.0.1:0", "missing", "config_invalid", "cannot be read")]
    [InlineData("--listen 127.0.0.1:0", "wrong password", "config_invalid", "cannot be read")]
    public async Task What_TLS_cannot_be_ends_with_8(string words, string setting, string code, string told)
    {
        using var certificate = Make(pem: false);
        _server.Tool.Environment["Pawl__Web__Certificate"] =
            setting switch { "" => null, "missing" => "nowhere.pfx", _ => _server.Tool["cert.pfx"] };
        _server.Tool.Environment["Pawl__Web__CertificatePassword"] = setting == "wrong password" ? "canary" : "secret";

        var said = (await _server.RunAsync(["serve", .. words.Split(' ')])).Ends(8);

        Assert.Equal(code, said.Code);
        Assert.Contains(told, said.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", said.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(_server.Tool["pawl.db"]));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("https://", "certificate")]
    [InlineData("", "--behind-proxy")]
    public async Task A_public_address_is_refused_but_with_TLS_or_behind_a_proxy(string scheme, string with)
    {
        // The port is taken, so that nothing is ever opened to others: what is refused tells how far the server came.
        using var taken = new TcpListener(IPAddress.Any, 0);
        taken.Server.ExclusiveAddressUse = true;
        taken.Server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Server.Listen();
        var port = ((IPEndPoint)taken.Server.LocalEndPoint!).Port;
        using var certificate = with == "certificate" ? Make(pem: false) : null;

        var said = await _server.RunAsync(
            ["serve", "--listen", $"{scheme}0.0.0.0:{port}", .. with.StartsWith('-') ? [with] : Array.Empty<string>()]);

        Assert.Equal(with.Length == 0 ? (8, "refuse_public_without_auth") : (7, "port_in_use"), (said.Exit, said.Code));
    }

    [Fact]
    public async Task A_server_that_goes_by_other_names_becomes_ready_too()
    {
        _server.Tool.Environment["Pawl__Web__AllowedHosts"] = "*.example.org";

        await _server.StartAsync("--demo", "--behind-proxy");

        Assert.StartsWith("HTTP/1.1 421", await Wire.TalkAsync(
            _server.Url, "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await Wire.TalkAsync(
            _server.Url, "GET /livez HTTP/1.1\r\nHost: jobs.example.org\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    private X509Certificate2 Make(bool pem) => Certificates.Make(_server.Tool, pem);
}
