using Microsoft.AspNetCore.Http;
using Pawl.Web.Wire;

namespace Pawl.Web.Security;

/// <summary>What keeps a page of somebody else from speaking through an operator's browser, and a request from being too large to
/// look at.</summary>
internal static class Guards
{
    private const string Client = "Pawl-Client";
    private static readonly string[] KeyParameters = ["token", "access_token", "api_key", "apikey", "auth", "authorization", "bearer"];

    /// <summary>The headers are few and small.</summary>
    public static void Headers(HttpRequest request, PawlWebOptions options)
    {
        var (count, bytes) = (0, 0L);
        foreach (var (name, values) in request.Headers)
        {
            foreach (var value in values)
            {
                count++;
                bytes += name.Length + (value?.Length ?? 0) + 4;
            }
        }

        if (count > options.MaxHeaders || bytes > options.MaxHeaderBytes)
        {
            request.HttpContext.Response.Headers.Connection = "close";
            throw new ProblemException(
                "header_too_large",
                $"A request has at most {options.MaxHeaders} headers of {options.MaxHeaderBytes} bytes in all, "
                + $"and these were {count} of {bytes}.");
        }
    }

    /// <summary>The length of the body is told once and plainly: two servers in a row could else disagree on where the next request
    /// begins.</summary>
    /// <remarks>Kestrel refuses most of what is ambiguous by itself. It would take these, and puts a length that it passed over for the
    /// chunks aside under another name.</remarks>
    public static void Length(HttpRequest request)
    {
        var chunks = request.Headers.TransferEncoding;
        var why = chunks.Count == 0 ? null
            : request.Headers.ContainsKey("X-Content-Length") ? "it has both Content-Length and Transfer-Encoding; send one of them"
            : !chunks.ToString().Equals("chunked", StringComparison.OrdinalIgnoreCase) ? "its Transfer-Encoding is not 'chunked' alone"
            : HttpProtocol.IsHttp10(request.Protocol) ? "HTTP/1.0 knows no Transfer-Encoding"
            : null;
        if (why is not null)
        {
            request.HttpContext.Response.Headers.Connection = "close";
            throw new ProblemException(
                "json_invalid", $"Where the body of the request ends cannot be told: {why}.", ("line", 1), ("column", 1));
        }
    }

    /// <summary>The server is called by one of its names.</summary>
    public static void Host(HttpRequest request, PawlWebOptions options)
    {
        var host = request.Host.Host;
        foreach (var allowed in options.AllowedHosts)
        {
            if (allowed.StartsWith("*.", StringComparison.Ordinal)
                ? host.Length > allowed.Length - 1 && host.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase)
                : allowed == "*" || host.Equals(allowed, StringComparison.OrdinalIgnoreCase))
            {
                return;
            }
        }

        throw new ProblemException(
            "host_not_allowed",
            $"This server does not go by the name {Shown.Text(host)}. Name it in Pawl:Web:AllowedHosts if it should.");
    }

    /// <summary>No key stands in the address, where logs and histories would keep it.</summary>
    public static void Address(HttpRequest request)
    {
        foreach (var (name, values) in request.Query)
        {
            if (KeyParameters.Contains(name, StringComparer.OrdinalIgnoreCase)
                || values.Any(static value => value is not null && Secrets.LooksLikeKey(value)))
            {
                throw new ProblemException(
                    "token_in_url",
                    "A key in an address ends up in logs and histories. Send it as Authorization: Bearer …, and make a new one.");
            }
        }
    }

    /// <summary>Whether no browser says that another site's page asks.</summary>
    public static bool IsOwn(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";

    /// <summary>The request comes from our own page, or from no page.</summary>
    public static void Origin(HttpRequest request, bool hasSession, PawlWebOptions options)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var origin = request.Headers.Origin.ToString();
        var own = IsOwn(request);
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            if (hasSession && (!own || (origin.Length > 0 && !IsOurs(origin, request, options))))
            {
                throw NotAllowed("it was made by another site's page");
            }

            return;
        }

        if (!own)
        {
            throw NotAllowed("it was made by another site's page");
        }

        if (origin.Length > 0 && !IsOurs(origin, request, options))
        {
            throw NotAllowed($"its page is from {Shown.Text(origin)}");
        }

        if (hasSession && ((site.Length == 0 && origin.Length == 0) || request.Headers[Client] != "dashboard"))
        {
            throw NotAllowed($"a browser's session must send Origin or Sec-Fetch-Site, and {Client}: dashboard");
        }
    }

    private static bool IsOurs(string origin, HttpRequest request, PawlWebOptions options) =>
        origin.Equals($"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase)
        || (options.BehindProxy && origin.Equals($"https://{request.Host.Value}", StringComparison.OrdinalIgnoreCase));

    private static ProblemException NotAllowed(string why) =>
        new("origin_not_allowed", $"This request is not taken: {why}. Use the dashboard of this server, or a key.");
}
