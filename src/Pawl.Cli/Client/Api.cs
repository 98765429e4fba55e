using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Pawl.Cli.Client;

/// <summary>Speaks HTTP to a running Pawl, over TCP or a Unix socket.</summary>
internal sealed class Api : IDisposable
{
    private readonly Target _target;
    private readonly TimeSpan _timeout;
    private readonly Action<string>? _talk;
    private readonly HttpClient _http;

    /// <param name="target">Which server.</param>
    /// <param name="timeout">How long one request may take.</param>
    /// <param name="talk">Is told each request and answer, without keys; null for silence.</param>
    /// <param name="certificate">The one that the server is known to have, whoever signed it; null for one the system trusts.</param>
    /// <param name="name">The name by which the server is called; null for that in its address.</param>
    public Api(
        Target target, TimeSpan timeout, Action<string>? talk, X509Certificate2? certificate = null, string? name = null)
    {
        (_target, _timeout, _talk) = (target, timeout, talk);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = timeout,
        };
        if (certificate is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
                shown is not null && shown.GetRawCertData().AsSpan().SequenceEqual(certificate.RawData);
        }

        var url = target.Url.Value;
        if (url.StartsWith("unix:", StringComparison.Ordinal))
        {
            var path = url["unix:".Length..];
            handler.UseProxy = false;
            handler.ConnectCallback = (_, _) => ConnectAsync(new UnixDomainSocketEndPoint(path), ProtocolType.Unspecified);
            url = "http://localhost";
        }
        else if (new Uri(url) is { IsLoopback: true } here)
        {
            handler.UseProxy = false;
            if (IPAddress.TryParse(here.IdnHost, out var address))
            {
                handler.ConnectCallback = (_, _) => ConnectAsync(new IPEndPoint(address, here.Port), ProtocolType.Tcp);
            }
        }

        _http = new(handler) { BaseAddress = new($"{url}/"), Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Host = name;
        if (target.Token is { } token)
        {
            if (token.Value.Length == 0 || token.Value.Any(letter => letter is <= ' ' or > '~'))
            {
                throw CliException.Usage($"what {token.Origin} holds is no key");
            }

            _http.DefaultRequestHeaders.Authorization = new("Bearer", token.Value);
        }
    }

    /// <summary>Where it asks, for people.</summary>
    public string Url => _target.Url.Value;

    /// <summary>A GET whose answer is a document.</summary>
    public Task<Reply> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, null, cancellationToken);

    public Task<Reply> PostAsync(
        string path, byte[]? body, CancellationToken cancellationToken, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body, headers, cancellationToken);

    /// <summary>Asks and reads the whole answer.</summary>
    /// <exception cref="CliException">The server refused, or did not answer.</exception>
    public async Task<Reply> SendAsync(
        HttpMethod verb, string path, byte[]? body, (string Name, string Value)[]? headers, CancellationToken cancellationToken)
    {
        var reply = await AskAsync(verb, path, body, headers, cancellationToken).ConfigureAwait(false);
        if (reply.Status is >= 200 and < 300)
        {
            return reply;
        }

        using (reply)
        {
            throw Problem.Of(reply.Status, reply.Body, _target.Token is not null);
        }
    }

    /// <summary>Asks and reads the whole answer, whatever its status.</summary>
    /// <remarks>It holds its thread: a verb that asks once would spend much of its time on the start of what waits without
    /// one.</remarks>
    /// <exception cref="CliException">The server did not answer.</exception>
    public Task<Reply> AskAsync(
        HttpMethod verb, string path, byte[]? body, (string Name, string Value)[]? headers, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_timeout, TimeProvider.System);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var request = Request(verb, path, body, headers);
        try
        {
            using var response = _http.Send(request, HttpCompletionOption.ResponseContentRead, both.Token);
            Tell(response);
            using var content = new MemoryStream();
            response.Content.ReadAsStream(both.Token).CopyTo(content);
            return Task.FromResult(new Reply(
                (int)response.StatusCode, content.ToArray(), response.Headers.ETag?.ToString(), response.Headers.Location?.ToString()));
        }
        catch (Exception error) when (Explain(error, limit.Token, cancellationToken) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>Asks and hands the answer over while it comes; its end may be far off.</summary>
    /// <exception cref="CliException">The server refused, or did not answer.</exception>
    public async Task<HttpResponseMessage> OpenAsync(
        string path, (string Name, string Value)[]? headers, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_timeout, TimeProvider.System);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var request = Request(HttpMethod.Get, path, null, headers);
        HttpResponseMessage? response = null;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token).ConfigureAwait(false);
            Tell(response);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            var problem = await response.Content.ReadAsByteArrayAsync(both.Token).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            response.Dispose();
            throw Problem.Of(status, problem, _target.Token is not null);
        }
        catch (Exception error) when (Explain(error, limit.Token, cancellationToken) is { } explained)
        {
            response?.Dispose();
            throw explained;
        }
    }

    /// <summary>A part of a path or a value in a query, made safe to stand there.</summary>
    public static string Part(string text) => Uri.EscapeDataString(text);

    public void Dispose() => _http.Dispose();

    /// <summary>A connection that broke while an answer came.</summary>
    public CliException Broken(Exception error) => new(
        "connection_lost", $"the connection to {Url} broke: {Reason(error)}", "ask again", ExitCode.Unavailable, error);

    private HttpRequestMessage Request(HttpMethod verb, string path, byte[]? body, (string Name, string Value)[]? headers)
    {
        var request = new HttpRequestMessage(verb, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            var type = verb == HttpMethod.Patch ? "application/merge-patch+json" : "application/json";
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        foreach (var (name, value) in headers ?? [])
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                throw CliException.Usage($"{Shown.Text(value)} cannot stand in the header {name}");
            }
        }

        _talk?.Invoke($"> {verb} {Url}/{path}");
        return request;
    }

    private void Tell(HttpResponseMessage response)
    {
        if (_talk is not null)
        {
            var id = response.Headers.TryGetValues("Request-Id", out var ids) ? $", request {ids.First()}" : "";
            _talk($"< {(int)response.StatusCode} {response.ReasonPhrase}{id}");
        }
    }

    private CliException? Explain(Exception error, CancellationToken limit, CancellationToken asked) => error switch
    {
        _ when asked.IsCancellationRequested => null,
        OperationCanceledException when limit.IsCancellationRequested => new(
            "timed_out", $"{Url} did not answer within {Durations.Format(_timeout)}", "give it longer with --timeout",
            ExitCode.Unavailable, error),
        HttpRequestException => new(
            "unreachable", $"no answer from {Url}: {Reason(error)}", "start one with pawl serve, or name another with --url",
            ExitCode.Unavailable, error),
        IOException => Broken(error),
        _ => null,
    };

    private static string Reason(Exception error)
    {
        while (error.InnerException is { } inner)
        {
            error = inner;
        }

        return error.Message.TrimEnd('.');
    }

    /// <summary>Connects on this machine, which takes no time worth another thread.</summary>
    private static ValueTask<Stream> ConnectAsync(EndPoint place, ProtocolType protocol)
    {
        var socket = new Socket(place.AddressFamily, SocketType.Stream, protocol);
        try
        {
            if (protocol == ProtocolType.Tcp)
            {
                socket.NoDelay = true;
            }

            socket.Connect(place);
            return new(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
