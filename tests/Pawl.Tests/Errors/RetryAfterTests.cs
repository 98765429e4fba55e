using System.Globalization;
using FsCheck.Fluent;
using Pawl.Errors;
using Pawl.Tests.Rules;
using Xunit;

namespace Pawl.Tests.Errors;

public sealed class RetryAfterTests
{
    private const string Date = "date: Fri, 21 Nov 2025 09:58:00 GMT";

    // Deliberately a day off: where the reply has a Date, our clock must not matter.
    private static readonly DateTimeOffset Off = new(2025, 11, 22, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(120, "retry-after: 120")]
    [InlineData(1.5, "retry-after: 1.5")]
    [InlineData(0, "retry-after: 0")]
    [InlineData(120, "retry-after: Fri, 21 Nov 2025 10:00:00 GMT", Date)]
    [InlineData(120, "retry-after: Friday, 21-Nov-25 10:00:00 GMT", Date)]
    [InlineData(120, "retry-after: Fri Nov 21 10:00:00 2025", Date)]
    [InlineData(120, "retry-after: Sun, 21 Nov 2025 10:00:00 GMT", Date)]
    [InlineData(120, "retry-after: 2025-11-21T10:00:00Z", Date)]
    [InlineData(120, "retry-after: 2025-11-21T11:00:00+01:00", Date)]
    [InlineData(120.25, "retry-after: 2025-11-21T10:00:00.25Z", Date)]
    [InlineData(0, "retry-after: Fri, 21 Nov 2025 09:00:00 GMT", Date)]
    [InlineData(1.5, "retry-after-ms: 1500")]
    [InlineData(1.5, "retry-after-ms: 1500", "retry-after: 120")]
    [InlineData(120, "retry-after-ms: soon", "retry-after: 120")]
    [InlineData(120, "x-ratelimit-reset: 1763719200", "x-ratelimit-remaining: 0", Date)]
    [InlineData(120, "x-ratelimit-reset: 1763719200000", "x-ratelimit-remaining: 0", Date)]
    [InlineData(55, "x-ratelimit-reset: 55", "x-ratelimit-remaining: 0")]
    [InlineData(120, "x-ratelimit-reset: 2025-11-21T10:00:00Z", "x-ratelimit-remaining: 0", Date)]
    [InlineData(360, "x-ratelimit-reset-requests: 6m0s")]
    [InlineData(3723.5, "x-ratelimit-reset-tokens: 1h2m3.5s")]
    [InlineData(0.75, "x-ratelimit-reset-requests: 750ms")]
    [InlineData(86_400, "x-ratelimit-reset-requests: 1d")]
    [InlineData(360, "x-ratelimit-reset-requests: 6m0s", "x-ratelimit-reset-tokens: 12s")]
    [InlineData(12, "x-ratelimit-reset-requests: 6m0s", "x-ratelimit-remaining-requests: 9", "x-ratelimit-reset-tokens: 12s")]
    [InlineData(120, "anthropic-ratelimit-requests-reset: 2025-11-21T10:00:00Z", Date)]
    [InlineData(120, "anthropic-ratelimit-input-tokens-reset: 2025-11-21T10:00:00Z", "anthropic-ratelimit-input-tokens-remaining: 0", Date)]
    [InlineData(7, "retry-after: 7", "x-ratelimit-reset-requests: 6m0s")]
    [InlineData(3_153_600_000, "retry-after: 99999999999999999999999999")]
    public void Each_form_is_understood(double seconds, params string[] headers) =>
        Assert.Equal(seconds, RetryAfter.Read(Headers.Of(headers), Off)?.TotalSeconds);

    [Theory]
    [InlineData("retry-after: soon")]
    [InlineData("retry-after: -5")]
    [InlineData("retry-after: NaN")]
    [InlineData("retry-after:")]
    [InlineData("retry-after: 2025-13-45T99:00:00Z")]
    [InlineData("retry-after: 21/11/2025")]
    [InlineData("x-ratelimit-reset: 1763719200")]
    [InlineData("x-ratelimit-reset: 1763719200", "x-ratelimit-remaining: 3")]
    [InlineData("x-ratelimit-reset-requests: 6 minutes")]
    [InlineData("x-ratelimit-reset-requests: m")]
    [InlineData("x-ratelimit-reset-requests: 6m", "x-ratelimit-remaining-requests: 3")]
    [InlineData("server: nginx")]
    public void What_cannot_be_read_is_as_if_it_were_not_there(params string[] headers) =>
        Assert.Null(RetryAfter.Read(Headers.Of(headers), Off));

    [Fact]
    public void Without_a_date_header_the_given_time_stands_in()
    {
        var now = new DateTimeOffset(2025, 11, 21, 9, 59, 0, TimeSpan.Zero);

        Assert.Equal(TimeSpan.FromMinutes(1), RetryAfter.Read(Headers.Of("retry-after: Fri, 21 Nov 2025 10:00:00 GMT"), now));
    }

    [Theory]
    [InlineData(1_500.0, 1.5)]
    [InlineData(0.0, 0.0)]
    [InlineData(-1.0, null)]
    [InlineData(null, null)]
    [InlineData(1e300, 3_153_600_000.0)]
    public void A_worker_reports_milliseconds(double? milliseconds, double? seconds) =>
        Assert.Equal(seconds, RetryAfter.Milliseconds(milliseconds)?.TotalSeconds);

    [Fact]
    public void A_time_asked_for_is_the_distance_from_the_reply_s_own_date()
    {
        var cases =
            from sent in Gen.Choose(0, int.MaxValue)
            from wait in Gen.Choose(-100_000, 10_000_000)
            from form in Gen.Choose(0, 2)
            from clock in Gen.Choose(0, int.MaxValue)
            select (sent, wait, form, clock);

        Law.Holds(cases, one =>
        {
            var date = DateTimeOffset.FromUnixTimeSeconds(1_000_000_000L + one.sent);
            var until = date.AddSeconds(one.wait);
            var epoch = until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            string[] lines = one.form switch
            {
                0 => [$"retry-after: {until:r}"],
                1 => [$"retry-after: {until:yyyy-MM-dd'T'HH:mm:ss'Z'}"],
                _ => [$"x-ratelimit-reset: {epoch}", "x-ratelimit-remaining: 0"],
            };
            var read = RetryAfter.Read(Headers.Of([$"date: {date:r}", .. lines]), DateTimeOffset.FromUnixTimeSeconds(one.clock));
            var asked = TimeSpan.FromSeconds(Math.Max(0, one.wait));

            // An epoch from before 2001 is read as the seconds that are left.
            return read == asked || (one.form == 2 && until.ToUnixTimeSeconds() < 1_000_000_000);
        });
    }

    [Fact]
    public void No_text_whatever_breaks_the_reader_or_leaves_its_bounds()
    {
        string[] names =
        [
            "retry-after", "retry-after-ms", "x-ratelimit-reset", "x-ratelimit-remaining", "x-ratelimit-reset-requests",
            "anthropic-ratelimit-tokens-reset", "date",
        ];
        var piece = Gen.Elements(
            "", " ", "0", "9", "1763719200", "99999999999999999999", ".", "-", "+", ":", "T", "Z", "m", "s", "ms", "h", "d", "µs",
            "Fri, ", "21 Nov 2025 ", "10:00:00", " GMT", "2025-11-21T", "NaN", "∞", "e9", "\0", "\uD800",
            "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z");
        var text = Gen.ArrayOf(piece, 4).Select(string.Concat);

        Law.Holds(Gen.ArrayOf(text, names.Length), values =>
        {
            var read = RetryAfter.Read(name => Array.IndexOf(names, name) is >= 0 and var at ? values[at] : null, Off);
            return read is null || (read >= TimeSpan.Zero && read <= RetryAfter.Longest);
        }, 2_000);
    }
}
