using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pawl.Cli.Client;
using Pawl.Cli.Commands;
using Pawl.Cli.Settings;
using Pawl.Web.Hosting;

namespace Pawl.Cli.Hosting;

/// <summary>Where a server listens, and why it may not.</summary>
internal sealed class Endpoints
{
    private const int MostConnections = 10_000;
    private const int MostHeaders = 1_048_576;   // as much as Kestrel buffers of a request
    private const int MostLine = 65_536;

    private readonly IConfiguration _configuration;
    private readonly IReadOnlyList<ListenAddress> _addresses;
    private readonly UnixSocket? _socket;
    private readonly X509Certificate2? _certificate;
    private readonly bool _behindProxy;
    private readonly IReadOnlyList<string> _names;
    private List<string> _urls = [];

    private Endpoints(IConfiguration configuration)
    {
        _configuration = configuration;
        _addresses = ListenAddress.Of(configuration["Pawl:Web:Listen"]);
        var socket = configuration["Pawl:Web:Socket"]
            ?? (configuration["Pawl:EnvironmentAliases"] == "true" ? configuration["SOCKET_PATH"] : null);
        _socket = socket is { Length: > 0 } ? new(socket) : null;
        _behindProxy = bool.TryParse(configuration["Pawl:Web:BehindProxy"], out var behind) && behind;
        _certificate = Certificate(configuration);
        _names = WebSettings.Read(configuration, null).AllowedHosts;
    }

    /// <summary>All addresses of the running server, as the tool writes them.</summary>
    public IEnumerable<string> Urls => _socket is null ? _urls : _urls.Append($"unix:{_socket.Path}");

    /// <summary>The one that is told to people.</summary>
    public string ShownUrl => _urls.FirstOrDefault() ?? $"unix:{_socket!.Path}";

    /// <summary>The one by which this process reaches itself.</summary>
    public string OwnUrl => _urls.FirstOrDefault()?.Replace("://0.0.0.0:", "://127.0.0.1:", StringComparison.Ordinal)
        .Replace("://[::]:", "://[::1]:", StringComparison.Ordinal) ?? $"unix:{_socket!.Path}";

    // Any that is allowed will do where that of the address is not.
    private string? OwnName =>
        new Uri(OwnUrl.StartsWith("unix:", StringComparison.Ordinal) ? "http://localhost" : OwnUrl).Host is var host
        && _names.Any(name => name == "*" || name.Equals(host, StringComparison.OrdinalIgnoreCase))
            ? null
            : _names[0].Replace("*", "pawl", StringComparison.Ordinal);

    /// <summary>Speaks to this very server: by its own certificate, whoever signed that, and by a name that it goes by.</summary>
    public Api Own(string? key) => new(Target.Of(OwnUrl, key, null, null), Globals.DefaultTimeout, null, _certificate, OwnName);

    /// <exception cref="CliException">An address that is none, a certificate that cannot be read.</exception>
    public static Endpoints Of(IConfiguration configuration) => new(configuration);

    public static bool IsInUse(IOException error) =>
        error.InnerException is not null && error.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase);

    /// <summary>Looks before anything is opened or made: a refusal leaves everything as it was.</summary>
    /// <exception cref="CliException">
    /// <c>refuse_public_without_auth</c>, <c>socket_path</c> (exit code 8), <c>port_in_use</c> (7).</exception>
    public void Refuse()
    {
        if (_certificate is null && _addresses.FirstOrDefault(address => address.Tls == true) is { } secure)
        {
            throw new CliException(
                "config_invalid",
                $"{secure.Url("https", secure.Port)} needs a certificate, and Pawl:Web:Certificate names none",
                "name a PKCS #12 file with CertificatePassword, or a PEM file with CertificateKey",
                ExitCode.Configuration);
        }

        if (_addresses.FirstOrDefault(address => address.IsPublic && !IsSecure(address)) is { } open && !_behindProxy)
        {
            throw new CliException(
                "refuse_public_without_auth",
                $"{open.Url("http", open.Port)} can be reached by others, and keys would cross the network in the clear",
                "listen on 127.0.0.1, set Pawl:Web:Certificate for TLS, or say --behind-proxy where a proxy in front ends TLS",
                ExitCode.Configuration);
        }

        foreach (var address in _addresses.Where(address => address.Port > 0))
        {
            Try(address);
        }

        _socket?.Prepare();
    }

    /// <summary>Tells the server where to listen, and its limits.</summary>
    public void Listen(WebApplicationBuilder builder)
    {
        var web = WebSettings.Read(_configuration, null);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.MaxRequestBodySize = Math.Max(web.MaxBodyBytes, web.MaxBatchBytes);
            // More than the API takes, so that it refuses them itself, with a reason: Kestrel would just end the talk.
            kestrel.Limits.MaxRequestHeadersTotalSize = Math.Min(4 * web.MaxHeaderBytes, MostHeaders);
            kestrel.Limits.MaxRequestHeaderCount = 4 * web.MaxHeaders;
            kestrel.Limits.MaxRequestLineSize = MostLine;
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            foreach (var address in _addresses.Where(Exists))
            {
                kestrel.Listen(address.Address, address.Port, options => Secure(options, address));
            }

            if (_socket is not null)
            {
                kestrel.ListenUnixSocket(_socket.Path);
            }
        });
        if (_certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }
    }

    /// <summary>Learns the ports that were given.</summary>
    public void Started(WebApplication app)
    {
        var listened = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        _urls = [.. listened.Where(url => !url.Contains("unix:", StringComparison.Ordinal)).Select(url => url.TrimEnd('/'))];
        _socket?.MakePrivate();
    }

    public void Stopped() => _socket?.Remove();

    /// <summary>The refusal of a port that somebody else has.</summary>
    public CliException InUse(Exception error) => InUse(_addresses[0], error);

    private bool IsSecure(ListenAddress address) => address.Tls ?? _certificate is not null;

    private void Secure(ListenOptions options, ListenAddress address)
    {
        if (IsSecure(address))
        {
            options.UseHttps(_certificate!);
        }
    }

    private static bool Exists(ListenAddress address)
    {
        if (!address.MayLack)
        {
            return true;
        }

        try
        {
            using var socket = new Socket(address.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address.Address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;   // a machine without IPv6
        }
    }

    private static void Try(ListenAddress address)
    {
        if (!Exists(address))
        {
            return;
        }

        using var socket = new Socket(address.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                // As the server will: what is left of connections that ended is not in its way.
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            }

            socket.Bind(new IPEndPoint(address.Address, address.Port));
            socket.Listen();
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw InUse(address, error);
        }
        catch (SocketException error)
        {
            throw new CliException(
                "listen_failed",
                $"{new IPEndPoint(address.Address, address.Port)} cannot be listened on: {error.Message.TrimEnd('.')}",
                "name another with --listen",
                ExitCode.Configuration,
                error);
        }
    }

    private static CliException InUse(ListenAddress address, Exception error)
    {
        var owner = PortOwner.Of(address.Port);
        return new(
            "port_in_use",
            string.Create(CultureInfo.InvariantCulture, $"port {address.Port} is in use{(owner is null ? "" : $" by {owner}")}"),
            "stop that one, or name another port with --listen",
            ExitCode.Unavailable,
            error);
    }

    private static X509Certificate2? Certificate(IConfiguration configuration)
    {
        if (configuration["Pawl:Web:Certificate"] is not { Length: > 0 } path)
        {
            return null;
        }

        try
        {
            return configuration["Pawl:Web:CertificateKey"] is { Length: > 0 } key
                ? X509Certificate2.CreateFromPemFile(path, key)
                : X509CertificateLoader.LoadPkcs12FromFile(path, configuration["Pawl:Web:CertificatePassword"]);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new CliException(
                "config_invalid",
                $"Pawl:Web:Certificate: '{path}' cannot be read: {error.Message.TrimEnd('.')}",
                "name a PKCS #12 file with CertificatePassword, or a PEM file with CertificateKey",
                ExitCode.Configuration,
                error);
        }
    }
}
