namespace Pawl;

/// <summary>How long a job waits before it runs again.</summary>
internal static class Backoff
{
    // A wait no policy allows. It keeps the sum of time and wait inside the calendar whatever a stored policy says.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3_650);

    private static readonly RetryPolicy RateLimit = new() { Jitter = 0 };

    /// <summary>The wait before the next attempt: <c>floor_ms( min(base × multiplier^n, cap) × (1 + chance × jitter) )</c>.</summary>
    /// <remarks>
    /// The jitter is added after the cap, so a wait may pass the cap by the jitter's share: 78 min by default, not 60.
    /// The result is never shorter than <paramref name="asked"/>, and never negative or longer than ten years.
    /// </remarks>
    /// <param name="policy">Base, multiplier, cap and jitter.</param>
    /// <param name="retriesSoFar">The n of the formula: 0 before the first retry.</param>
    /// <param name="chance">A random number, 0 or more and less than 1.</param>
    /// <param name="asked">How long the other side asked to wait, rounded up to a whole millisecond.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative count, or a chance outside its range.</exception>
    public static TimeSpan Delay(RetryPolicy policy, int retriesSoFar, double chance, TimeSpan? asked = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentOutOfRangeException.ThrowIfNegative(retriesSoFar);
        if (chance is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(chance), chance, "A chance is at least 0 and less than 1.");
        }

        // Large powers end as infinity, which the cap takes back. A base of zero would make them NaN.
        var grown = policy.BaseDelay > TimeSpan.Zero
            ? policy.BaseDelay.TotalMilliseconds * Math.Pow(policy.Multiplier, retriesSoFar)
            : 0;
        var capped = Math.Min(grown, policy.MaxDelay.TotalMilliseconds);
        var delay = Milliseconds(Math.Floor(capped * (1 + (chance * policy.Jitter))));
        return asked is { } floor && floor > delay ? Milliseconds(Math.Ceiling(floor.TotalMilliseconds)) : delay;
    }

    /// <summary>The wait of a rate bucket whose other side named none: <c>min(60 s × 2^k, 1 h)</c>, without jitter.</summary>
    /// <remarks>No jitter: all jobs of the bucket wait together, and its tokens spread them afterwards.</remarks>
    /// <param name="limitsBefore">The k of the formula: limits the bucket met in a row before this one, from 0.</param>
    /// <param name="asked">How long the other side asked to wait; the result is never shorter.</param>
    public static TimeSpan RateLimitDelay(int limitsBefore, TimeSpan? asked = null) => Delay(RateLimit, limitsBefore, 0, asked);

    private static TimeSpan Milliseconds(double count) =>
        count >= Longest.TotalMilliseconds ? Longest
        : count > 0 ? TimeSpan.FromTicks((long)count * TimeSpan.TicksPerMillisecond)
        : TimeSpan.Zero;
}
