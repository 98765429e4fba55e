using System.Numerics;

namespace Pawl.Storage;

/// <summary>How long was waited for something in the last half to whole hour, by powers of two of a millisecond: enough for a
/// score.</summary>
internal sealed class Waits(TimeProvider clock)
{
    private const int Steps = 24;   // the last one is above an hour
    private static readonly TimeSpan Half = TimeSpan.FromMinutes(30);

    private long[] _now = new long[Steps];
    private long[] _before = new long[Steps];
    private long _since = clock.GetTimestamp();

    public void Add(TimeSpan wait)
    {
        Turn();
        var millis = (uint)Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, int.MaxValue);
        Interlocked.Increment(ref Volatile.Read(ref _now)[Math.Min(Steps - 1, 32 - BitOperations.LeadingZeroCount(millis))]);
    }

    /// <summary>What 95 of 100 did not wait longer than.</summary>
    public TimeSpan Most95()
    {
        Turn();
        var (now, before) = (Volatile.Read(ref _now), Volatile.Read(ref _before));
        var left = (((now.Sum() + before.Sum()) * 95) + 99) / 100;
        for (var step = 0; step < Steps; step++)
        {
            left -= now[step] + before[step];
            if (left <= 0)
            {
                return step == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds((1L << step) - 1);
            }
        }

        return TimeSpan.FromMilliseconds(1L << Steps);
    }

    private void Turn()
    {
        var since = Volatile.Read(ref _since);
        if (clock.GetElapsedTime(since) >= Half && Interlocked.CompareExchange(ref _since, clock.GetTimestamp(), since) == since)
        {
            // Nobody for an hour and more leaves one old half behind; the next turn takes it away.
            Volatile.Write(ref _before, Volatile.Read(ref _now));
            Volatile.Write(ref _now, new long[Steps]);
        }
    }
}
