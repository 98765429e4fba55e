using System.Globalization;
using System.Net;
using Pawl.Errors;
using Xunit;

namespace Pawl.Tests.Errors;

public sealed class HttpStatusRulesTests
{
    private static readonly DateTimeOffset Now = new(2025, 11, 21, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("invalid_input", 400, 405, 406, 411, 412, 414, 415, 416, 417, 418, 422, 426, 428, 499)]
    [InlineData("auth", 401, 407)]
    [InlineData("quota_exhausted", 402)]
    [InlineData("permission", 403, 451)]
    [InlineData("not_found", 404, 410)]
    [InlineData("timeout", 408)]
    [InlineData("conflict", 409)]
    [InlineData("too_large", 413, 431)]
    [InlineData("lock_contention", 423, 425)]
    [InlineData("rate_limited", 429)]
    [InlineData("unsupported", 501, 505)]
    [InlineData("provider_error", 500, 502, 503, 504, 506, 507, 511, 520, 521, 522, 523, 524, 525, 526, 527, 528, 529, 530, 599)]
    public void A_status_has_the_category_of_the_model(string category, params int[] statuses)
    {
        foreach (var status in statuses)
        {
            var verdict = HttpStatusRules.Verdict(status, Now);

            Assert.Equal((status, category), (status, Words.Of(verdict.Category)));
            Assert.Equal($"http.{status}", verdict.Rule);
            Assert.Equal($"http_{status}", verdict.Code);
            Assert.Equal(status, verdict.HttpStatus);
            Assert.Null(verdict.RetryAfter);
        }
    }

    [Theory]
    [InlineData(403, "retry-after: 30", "rate_limited", 30.0)]
    [InlineData(403, "retry-after-ms: 1500", "rate_limited", 1.5)]
    [InlineData(403, "x-ratelimit-remaining: 0", "rate_limited", null)]
    [InlineData(403, "x-ratelimit-remaining: 7", "permission", null)]
    [InlineData(429, "retry-after: 120", "rate_limited", 120.0)]
    [InlineData(503, "retry-after: 30", "rate_limited", 30.0)]
    [InlineData(503, "x-ratelimit-remaining: 0", "provider_error", null)]
    [InlineData(502, "retry-after: 30", "provider_error", 30.0)]
    public void A_header_can_turn_a_status_into_a_rate_limit(int status, string header, string category, double? seconds)
    {
        var verdict = HttpStatusRules.Verdict(status, Now, Headers.Of(header));

        Assert.Equal(category, Words.Of(verdict.Category));
        Assert.Equal(seconds, verdict.RetryAfter?.TotalSeconds);
    }

    [Theory]
    [InlineData("""{"error":{"message":"You exceeded it","type":"insufficient_quota","code":"insufficient_quota"}}""", "quota_exhausted")]
    [InlineData("""{"error":{"code":"billing_hard_limit_reached"}}""", "quota_exhausted")]
    [InlineData("""{"error":"QuotaExceeded"}""", "quota_exhausted")]
    [InlineData("""{"code":"daily_quota"}""", "quota_exhausted")]
    [InlineData("""{"error":{"code":"rate_limit_exceeded","message":"quota and billing in prose decide nothing"}}""", "rate_limited")]
    [InlineData("""{"error":{"code":42}}""", "rate_limited")]
    [InlineData("quota", "rate_limited")]
    [InlineData("{broken quota", "rate_limited")]
    [InlineData("", "rate_limited")]
    public void A_429_whose_body_names_quota_or_billing_is_no_rate_limit(string body, string category)
    {
        using var reply = new HttpResponseMessage(HttpStatusCode.TooManyRequests);

        Assert.Equal(category, Words.Of(HttpStatusRules.Match(new HttpReplyException(reply, body), Now)!.Category));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    [InlineData(302)]
    [InlineData(0)]
    public void A_reply_that_is_no_error_and_yet_not_what_was_promised_is_a_bad_reply(int status)
    {
        var verdict = HttpStatusRules.Verdict(status, Now);

        Assert.Equal((ErrorCategory.ProviderError, "bad_reply"), (verdict.Category, verdict.Code));
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"http.{status}"), verdict.Rule);
    }

    [Fact]
    public void A_reply_keeps_the_headers_that_speak_of_waiting_and_no_others()
    {
        using var reply = new HttpResponseMessage(HttpStatusCode.TooManyRequests)
        {
            RequestMessage = new(HttpMethod.Get, "https://api.example.org/repos?access_token=hunter2"),
        };
        reply.Headers.TryAddWithoutValidation("Retry-After", "Fri, 21 Nov 2025 10:02:00 GMT");
        reply.Headers.TryAddWithoutValidation("Date", "Fri, 21 Nov 2025 10:00:00 GMT");
        reply.Headers.TryAddWithoutValidation("Set-Cookie", "session=hunter2");

        var thrown = new HttpReplyException(reply, "slow down");
        var verdict = HttpStatusRules.Match(thrown, Now);

        Assert.Equal("GET https://api.example.org/repos was answered 429 Too Many Requests.", thrown.Message);
        Assert.Equal(TimeSpan.FromMinutes(2), verdict!.RetryAfter);
        Assert.Equal("slow down", verdict.Detail!["body"]!.GetValue<string>());
        Assert.Null(thrown.Header("set-cookie"));
    }

    [Fact]
    public void A_request_exception_with_a_status_is_read_by_it()
    {
        var verdict = HttpStatusRules.Match(new HttpRequestException("no", null, HttpStatusCode.BadGateway), Now);

        Assert.Equal((ErrorCategory.ProviderError, "http.502"), (verdict!.Category, verdict.Rule));
        Assert.Null(HttpStatusRules.Match(new HttpRequestException("no"), Now));
    }
}
