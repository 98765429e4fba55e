using System.Collections.Concurrent;
using Pawl.Web.Wire;

namespace Pawl.Web.Security;

/// <summary>How many requests a key may make: a bucket of tokens for each, refilled at an even rate.</summary>
internal sealed class RateLimit(PawlWebOptions options, TimeProvider clock)
{
    private const int MostBuckets = 10_000;
    private readonly ConcurrentDictionary<long, Bucket> _buckets = new();

    /// <summary>Takes one token.</summary>
    /// <exception cref="ProblemException"><c>too_many_requests</c>, with the time until the next token.</exception>
    public void Take(long key)
    {
        if (options.RequestsPerSecond == 0)
        {
            return;
        }

        if (_buckets.Count > MostBuckets)
        {
            _buckets.Clear();
        }

        var wait = _buckets.GetOrAdd(key, static (_, limit) => limit.Full(), this).Take(options, clock);
        if (wait > TimeSpan.Zero)
        {
            throw new ProblemException(new Problem(
                "too_many_requests",
                $"A key may make {options.RequestsPerSecond} requests a second, and {options.Burst} at once. Wait, and ask again.")
            {
                RetryAfter = wait,
            });
        }
    }

    private Bucket Full() => new(options.Burst, clock.GetTimestamp());

    private sealed class Bucket(double tokens, long at)
    {
        private readonly Lock _gate = new();
        private double _tokens = tokens;
        private long _at = at;

        public TimeSpan Take(PawlWebOptions options, TimeProvider clock)
        {
            lock (_gate)
            {
                var now = clock.GetTimestamp();
                _tokens = Math.Min(
                    options.Burst, _tokens + (clock.GetElapsedTime(_at, now).TotalSeconds * options.RequestsPerSecond));
                _at = now;
                if (_tokens < 1)
                {
                    return TimeSpan.FromSeconds((1 - _tokens) / options.RequestsPerSecond);
                }

                _tokens--;
                return TimeSpan.Zero;
            }
        }
    }
}
