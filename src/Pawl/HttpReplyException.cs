using System.Globalization;

namespace Pawl;

/// <summary>An outside HTTP call was answered with something other than what was promised; a handler throws it.</summary>
/// <remarks>
/// Unlike <see cref="HttpRequestException"/> it keeps the headers, so that <c>Retry-After</c> and the rate limit headers are obeyed.
/// A 2xx reply means "it does not parse, or carries an error": <see cref="ErrorCategory.ProviderError"/> with code <c>bad_reply</c>.
/// </remarks>
public sealed class HttpReplyException : Exception
{
    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A reply of an unknown other side that did not parse.</summary>
    public HttpReplyException()
        : this("The reply was not what was promised.")
    {
    }

    /// <summary>A reply that did not parse.</summary>
    public HttpReplyException(string message)
        : base(message) => Status = 200;

    /// <summary>A reply that did not parse, with the parser's error.</summary>
    public HttpReplyException(string message, Exception innerException)
        : base(message, innerException) => Status = 200;

    /// <summary>A stated reply.</summary>
    /// <param name="reply">Read at once and not kept; it may be disposed afterwards.</param>
    /// <param name="body">
    /// Its text if it was read. A code in it that names quota or billing is understood; the first 4,096 characters are kept.
    /// </param>
    /// <param name="message">A sentence for people; by default the method, the host, the path and the status.</param>
    public HttpReplyException(HttpResponseMessage reply, string? body = null, string? message = null)
        : base(message ?? Describe(reply))
    {
        ArgumentNullException.ThrowIfNull(reply);
        Status = (int)reply.StatusCode;
        Body = body;
        foreach (var (name, values) in reply.Headers.NonValidated)
        {
            // Only these speak of waiting. The rest may hold cookies and is nobody's business.
            if (name.Equals("Date", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("retry-after", StringComparison.OrdinalIgnoreCase)
                || name.Contains("ratelimit", StringComparison.OrdinalIgnoreCase))
            {
                _headers[name] = values.ToString();
            }
        }
    }

    /// <summary>The HTTP status, such as 429.</summary>
    public int Status { get; }

    /// <summary>The reply's text, if it was read.</summary>
    public string? Body { get; }

    internal string? Header(string name) => _headers.GetValueOrDefault(name);

    // The query is left out: it is where keys and signatures stand.
    private static string Describe(HttpResponseMessage reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        var asked = reply.RequestMessage?.RequestUri is { IsAbsoluteUri: true } uri
            ? $"{reply.RequestMessage.Method} {uri.Scheme}://{uri.Authority}{uri.AbsolutePath}"
            : "An HTTP call";
        var answered = string.Create(CultureInfo.InvariantCulture, $"{asked} was answered {(int)reply.StatusCode} {reply.ReasonPhrase}");
        return answered.TrimEnd() + ".";
    }
}
