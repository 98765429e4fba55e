using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Pawl.Declared;

/// <summary>Does a job by one call of HTTP: the payload is the body, the status decides.</summary>
internal sealed class HttpHandler(HttpSettings settings, SecretValues secrets) : IDisposable
{
    private const int MostReply = 1_048_576;
    private const int MostErrorReply = 65_536;

    private static readonly HttpRequestOptionsKey<IPAddress[]> Resolved = new("pawl.addresses");

    // The names are resolved by us, once, and redirects would lead to where nobody allowed.
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = ConnectAsync,
    });

    public void Dispose() => _client.Dispose();

    public async Task RunAsync(DeclaredAttempt attempt, CancellationToken cancellationToken)
    {
        var hidden = new List<string>();
        using var time = new CancellationTokenSource(settings.Timeout, attempt.Job.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token);
        try
        {
            using var request = Request(attempt, hidden);
            hidden.ForEach(attempt.Hide);
            request.Options.Set(Resolved, await ResolveAsync(request.RequestUri!, both.Token));
            using var reply = await _client.SendAsync(request, both.Token);
            await TakeAsync(attempt, reply, hidden, both.Token);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new JobException(
                ErrorCategory.Timeout, $"The call was not answered within {Durations.Format(settings.Timeout)}.", "http_timeout");
        }
    }

    private HttpRequestMessage Request(DeclaredAttempt attempt, List<string> hidden)
    {
        var request = new HttpRequestMessage(settings.Method, Address(attempt)) { Version = HttpVersion.Version11 };
        foreach (var (name, value) in settings.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, secrets.Resolve(value, hidden));
        }

        request.Headers.TryAddWithoutValidation("Idempotency-Key", attempt.Job.IdempotencyKey);
        request.Headers.TryAddWithoutValidation("traceparent", TraceContext.Next(attempt.Job.Id, attempt.Traceparent));
        if (request.Headers.UserAgent.Count == 0)
        {
            request.Headers.UserAgent.Add(new("Pawl", typeof(HttpHandler).Assembly.GetName().Version?.ToString(3)));
        }

        if (settings.Method != HttpMethod.Get && settings.Method != HttpMethod.Head)
        {
            request.Content = new ReadOnlyMemoryContent(attempt.Payload)
            {
                Headers = { ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json) },
            };
        }

        return request;
    }

    private Uri Address(DeclaredAttempt attempt)
    {
        try
        {
            using var payload = JsonDocument.Parse(attempt.Payload);
            return settings.Address(payload.RootElement);
        }
        catch (PawlException fault)
        {
            throw DeclaredAttempt.Refused(fault);
        }
    }

    /// <summary>What the name means now. The connection goes there and nowhere else, whatever the name means a moment later.</summary>
    private async Task<IPAddress[]> ResolveAsync(Uri uri, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(uri.DnsSafeHost, out var literal))
        {
            var found = await FindAsync(uri.IdnHost, cancellationToken);
            return found.All(address => Networks.MayBeCalled(address, settings.AllowPrivate)) ? found : throw Inner(uri);
        }

        return Networks.MayBeCalled(literal, settings.AllowPrivate) ? [literal] : throw Inner(uri);
    }

    private static async Task<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellationToken) is { Length: > 0 } found
                ? found
                : throw new SocketException((int)SocketError.HostNotFound);
        }
        catch (SocketException fault)
        {
            throw new HttpRequestException(HttpRequestError.NameResolutionError, $"The name {Shown.Text(host)} is not known.", fault);
        }
    }

    private static JobException Inner(Uri uri) => new(
        ErrorCategory.InvalidInput,
        $"{Shown.Text(uri.Host)} may not be called: its name leads to this machine's own network.",
        CallAddress.NotAllowed);

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        _ = context.InitialRequestMessage.Options.TryGetValue(Resolved, out var addresses);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses!, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception)
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task TakeAsync(
        DeclaredAttempt attempt, HttpResponseMessage reply, List<string> hidden, CancellationToken cancellationToken)
    {
        if (!reply.IsSuccessStatusCode)
        {
            var (start, _) = await ReadAsync(reply, MostErrorReply, cancellationToken);
            throw new HttpReplyException(reply, SecretValues.Mask(Encoding.UTF8.GetString(start), hidden));
        }

        var (body, isCut) = await ReadAsync(reply, MostReply, cancellationToken);
        if (isCut)
        {
            throw new JobException(
                ErrorCategory.TooLarge,
                string.Create(CultureInfo.InvariantCulture, $"The reply has more than the {MostReply} bytes that are read."),
                "reply_too_large");
        }

        Result(attempt, reply, body, hidden);
    }

    /// <summary>The status, and the body where it is JSON or a short text.</summary>
    private static void Result(DeclaredAttempt attempt, HttpResponseMessage reply, byte[] body, List<string> hidden)
    {
        var text = SecretValues.Mask(Encoding.UTF8.GetString(body), hidden);
        var isJson = reply.Content.Headers.ContentType?.MediaType is { } type
            && (type == MediaTypeNames.Application.Json || type.EndsWith("+json", StringComparison.Ordinal));
        using var whole = new MemoryStream();
        using (var writer = new Utf8JsonWriter(whole))
        {
            writer.WriteStartObject();
            writer.WriteNumber("http_status", (int)reply.StatusCode);
            if (isJson && body.Length > 0)
            {
                writer.WritePropertyName("body");
                using var parsed = Parse(text);
                parsed.RootElement.WriteTo(writer);
            }
            else if (body.Length is > 0 and <= MostErrorReply)
            {
                writer.WriteString("body", text);
            }

            writer.WriteEndObject();
        }

        if (whole.Length > Bounds.MaxPayload)
        {
            attempt.Job.Degraded("The reply is too long to be kept as a result.");
            return;
        }

        using var result = JsonDocument.Parse(whole.ToArray());
        attempt.Job.Result(result.RootElement);
    }

    private static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException fault)
        {
            throw new HttpReplyException("The reply says it is JSON, and is not.", fault);
        }
    }

    private static async Task<(byte[] Start, bool IsCut)> ReadAsync(
        HttpResponseMessage reply, int most, CancellationToken cancellationToken)
    {
        await using var stream = await reply.Content.ReadAsStreamAsync(cancellationToken);
        using var start = new MemoryStream();
        var part = new byte[16_384];
        for (int read; (read = await stream.ReadAsync(part, cancellationToken)) > 0;)
        {
            if (start.Length + read > most)
            {
                return (start.ToArray(), true);
            }

            start.Write(part, 0, read);
        }

        return (start.ToArray(), false);
    }
}
