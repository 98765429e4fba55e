using System.Buffers;
using System.Globalization;

namespace Pawl.Errors;

/// <summary>How long an HTTP reply asks to wait, in any of the forms that are met in the wild.</summary>
/// <remarks>
/// A time is measured from the reply's own <c>Date</c>, because our clock and theirs may differ; <c>now</c> stands in only where there is
/// no <c>Date</c>. A time that has passed is no wait. What cannot be read is as if it were not there.
/// </remarks>
internal static class RetryAfter
{
    /// <summary>A longer wish is read as this one, so that nothing overflows on the way to its refusal.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    // The two families that name their resets. Where a family says how much remains, only an empty one counts.
    private static readonly (string Reset, string Remaining)[] NamedResets =
    [
        ("x-ratelimit-reset-requests", "x-ratelimit-remaining-requests"),
        ("x-ratelimit-reset-tokens", "x-ratelimit-remaining-tokens"),
        ("anthropic-ratelimit-requests-reset", "anthropic-ratelimit-requests-remaining"),
        ("anthropic-ratelimit-tokens-reset", "anthropic-ratelimit-tokens-remaining"),
        ("anthropic-ratelimit-input-tokens-reset", "anthropic-ratelimit-input-tokens-remaining"),
        ("anthropic-ratelimit-output-tokens-reset", "anthropic-ratelimit-output-tokens-remaining"),
    ];

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly string[] HttpDates = ["d MMM yyyy HH:mm:ss 'GMT'", "d-MMM-yy HH:mm:ss 'GMT'", "MMM d HH:mm:ss yyyy"];

    /// <summary>The wait that the headers of a rate limit ask for; null if they do not say.</summary>
    /// <param name="header">The value of a header by its lower-case name, or null.</param>
    /// <param name="now">Stands in for a missing <c>Date</c>.</param>
    public static TimeSpan? Read(Func<string, string?> header, DateTimeOffset now) =>
        Asked(header, now) ?? Reset(header, now) ?? Named(header, now);

    /// <summary>Only what <c>Retry-After</c> and <c>retry-after-ms</c> say: a wish, not a gauge that happens to be there.</summary>
    public static TimeSpan? Asked(Func<string, string?> header, DateTimeOffset now) =>
        Number(header("retry-after-ms")) is { } milliseconds
            ? Bounded(milliseconds / 1000)
            : SecondsOrTime(header("retry-after"), header, now);

    /// <summary>Whether the reply says that nothing is left.</summary>
    public static bool NothingRemains(Func<string, string?> header) => Number(header("x-ratelimit-remaining")) is 0;

    /// <summary>Milliseconds as a worker or a command reports them; null for a negative or unreadable number.</summary>
    public static TimeSpan? Milliseconds(double? asked) => asked is >= 0 ? Bounded(asked.Value / 1000) : null;

    private static TimeSpan? Reset(Func<string, string?> header, DateTimeOffset now)
    {
        var reset = header("x-ratelimit-reset");
        if (!NothingRemains(header))
        {
            return null;
        }

        return Number(reset) switch
        {
            null => DurationOrTime(reset, header, now),

            // Epoch seconds are above 10^9 since 2001; some senders give milliseconds, some the seconds that are left.
            >= 100_000_000_000 and var milliseconds => Until(milliseconds / 1000, header, now),
            >= 1_000_000_000 and var seconds => Until(seconds, header, now),
            { } left => Bounded(left),
        };
    }

    private static TimeSpan? Named(Func<string, string?> header, DateTimeOffset now)
    {
        TimeSpan? longest = null;
        foreach (var (reset, remaining) in NamedResets)
        {
            if (Number(header(remaining)) is null or 0 && DurationOrTime(header(reset), header, now) is { } wait && !(wait <= longest))
            {
                longest = wait;
            }
        }

        return longest;
    }

    private static TimeSpan? SecondsOrTime(string? text, Func<string, string?> header, DateTimeOffset now) =>
        Number(text) is { } seconds ? Bounded(seconds)
        : Time(text) is { } time ? Since(time, header, now)
        : null;

    private static TimeSpan? DurationOrTime(string? text, Func<string, string?> header, DateTimeOffset now) =>
        Duration(text) ?? (Time(text) is { } time ? Since(time, header, now) : null);

    private static TimeSpan Until(double epochSeconds, Func<string, string?> header, DateTimeOffset now) =>
        Bounded(epochSeconds - ((Time(header("date")) ?? now) - DateTimeOffset.UnixEpoch).TotalSeconds);

    private static TimeSpan Since(DateTimeOffset time, Func<string, string?> header, DateTimeOffset now) =>
        Bounded((time - (Time(header("date")) ?? now)).TotalSeconds);

    private static TimeSpan Bounded(double seconds) =>
        seconds >= Longest.TotalSeconds ? Longest
        : seconds > 0 ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))
        : TimeSpan.Zero;

    private static double? Number(string? text) =>
        double.TryParse(text?.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && !double.IsNaN(value)
            ? value
            : null;

    private static DateTimeOffset? Time(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowWhiteSpaces;
        var trimmed = text.Trim();
        if (char.IsAsciiDigit(trimmed[0]))
        {
            return DateTimeOffset.TryParseExact(
                trimmed.ToUpperInvariant(), "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture, Utc, out var rfc3339)
                ? rfc3339
                : null;
        }

        // The day of the week says nothing new and is sometimes wrong.
        var day = trimmed.IndexOfAny([',', ' ']);
        return day > 0 && DateTimeOffset.TryParseExact(trimmed[(day + 1)..], HttpDates, CultureInfo.InvariantCulture, Utc, out var date)
            ? date
            : null;
    }

    /// <summary><c>6m0s</c>, <c>1h2m3.5s</c>, <c>750ms</c>; a bare number is seconds.</summary>
    private static TimeSpan? Duration(string? text)
    {
        if (Number(text) is { } bare)
        {
            return Bounded(bare);
        }

        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
        {
            return null;
        }

        var seconds = 0.0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0
                || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
            {
                return null;
            }

            rest = rest[digits..];
            var letters = rest.IndexOfAny(Digits);
            var unit = letters < 0 ? rest : rest[..letters];
            double? length = unit switch
            {
                "d" => 86_400,
                "h" => 3_600,
                "m" => 60,
                "s" => 1,
                "ms" => 1e-3,
                "us" or "µs" => 1e-6,
                "ns" => 1e-9,
                _ => null,
            };
            if (length is null)
            {
                return null;
            }

            seconds += count * length.Value;
            rest = rest[unit.Length..];
        }

        return Bounded(seconds);
    }
}
