using System.Globalization;

namespace Pawl.Errors;

/// <summary>What the HTTP status of an outside call means.</summary>
internal static class HttpStatusRules
{
    /// <summary>The code of a reply that is not what was promised.</summary>
    public const string BadReply = "bad_reply";

    /// <summary>Null if the exception says nothing of an HTTP status.</summary>
    public static ErrorVerdict? Match(Exception exception, DateTimeOffset now) => exception switch
    {
        HttpReplyException reply => Verdict(reply.Status, now, reply.Header, ReplyBody.Code(reply.Body)) with
        {
            Detail = ReplyBody.Detail(reply.Body),
        },
        HttpRequestException { StatusCode: { } status } => Verdict((int)status, now),
        _ => null,
    };

    /// <summary>What a status means.</summary>
    /// <param name="status">As received.</param>
    /// <param name="now">Stands in for a missing <c>Date</c> header.</param>
    /// <param name="header">The value of a header by its lower-case name, or null; leave out if the headers are not known.</param>
    /// <param name="bodyCode">The code that the body names, such as <c>insufficient_quota</c>.</param>
    public static ErrorVerdict Verdict(int status, DateTimeOffset now, Func<string, string?>? header = null, string? bodyCode = null)
    {
        header ??= static _ => null;
        var asked = RetryAfter.Asked(header, now);
        var category = status switch
        {
            401 or 407 => ErrorCategory.Auth,
            402 => ErrorCategory.QuotaExhausted,
            403 => asked is not null || RetryAfter.NothingRemains(header) ? ErrorCategory.RateLimited : ErrorCategory.Permission,
            404 or 410 => ErrorCategory.NotFound,
            408 => ErrorCategory.Timeout,
            409 => ErrorCategory.Conflict,
            413 or 431 => ErrorCategory.TooLarge,
            423 or 425 => ErrorCategory.LockContention,
            429 => NamesQuota(bodyCode) ? ErrorCategory.QuotaExhausted : ErrorCategory.RateLimited,
            451 => ErrorCategory.Permission,
            >= 400 and <= 499 => ErrorCategory.InvalidInput,
            501 or 505 => ErrorCategory.Unsupported,
            503 => asked is not null ? ErrorCategory.RateLimited : ErrorCategory.ProviderError,
            _ => ErrorCategory.ProviderError,
        };
        return new()
        {
            Category = category,
            Rule = string.Create(CultureInfo.InvariantCulture, $"http.{status}"),

            // No error status, and yet an error: the body is not what was promised, or a redirect was not followed.
            Code = status is >= 400 and <= 599 ? string.Create(CultureInfo.InvariantCulture, $"http_{status}") : BadReply,
            RetryAfter = category is ErrorCategory.RateLimited or ErrorCategory.QuotaExhausted ? RetryAfter.Read(header, now) : asked,
            HttpStatus = status,
        };
    }

    private static bool NamesQuota(string? bodyCode) =>
        bodyCode is not null
        && (bodyCode.Contains("quota", StringComparison.OrdinalIgnoreCase)
            || bodyCode.Contains("billing", StringComparison.OrdinalIgnoreCase));
}
