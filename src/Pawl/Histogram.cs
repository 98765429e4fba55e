using System.Numerics;

namespace Pawl;

/// <summary>How many of some lengths of time fell into each of a row of steps, each half as long again as the one before.</summary>
/// <remarks>Two steps make a doubling: the first is up to 1 ms, the last but one up to about 12 days.</remarks>
public sealed class Histogram
{
    /// <summary>How many steps there are.</summary>
    internal const int Steps = 62;

    private static readonly long[] Halves = [.. Enumerable.Range(0, Steps / 2).Select(
        doubling => (long)Math.Round(1000 * Math.Pow(2, doubling + 0.5)))];

    private readonly long[] _counts;

    internal Histogram(long[] counts)
    {
        _counts = counts;
        Count = counts.Sum();
    }

    /// <summary>One of nothing.</summary>
    public static Histogram Empty { get; } = new([]);

    /// <summary>How many there are in all.</summary>
    public long Count { get; }

    /// <summary>How many in each step; may end early.</summary>
    public IReadOnlyList<long> Counts => _counts;

    /// <summary>The greatest length of a step.</summary>
    /// <param name="step">The step, from 0.</param>
    public static TimeSpan Upper(int step) =>
        TimeSpan.FromMicroseconds(Math.Round(1000 * Math.Pow(2, Math.Clamp(step, 0, Steps - 1) / 2.0)));

    /// <summary>What a share of them did not take longer than, as near as the steps allow.</summary>
    /// <param name="share">0 to 1; 0.95 for what 95 of 100 did not exceed.</param>
    /// <returns>Null of nothing.</returns>
    public TimeSpan? Percentile(double share)
    {
        if (Count == 0)
        {
            return null;
        }

        var wanted = Math.Max(1, Math.Ceiling(Count * Math.Clamp(share, 0, 1)));
        var before = 0L;
        for (var step = 0; step < _counts.Length; step++)
        {
            if (_counts[step] > 0 && before + _counts[step] >= wanted)
            {
                var (low, high) = (step == 0 ? TimeSpan.Zero : Upper(step - 1), Upper(step));
                return low + ((high - low) * ((wanted - before) / _counts[step]));
            }

            before += _counts[step];
        }

        return Upper(Steps - 1);
    }

    /// <summary>These and others together.</summary>
    /// <param name="other">The others.</param>
    public Histogram Plus(Histogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count == 0 || Count == 0)
        {
            return other.Count == 0 ? this : other;
        }

        var sum = new long[Math.Max(_counts.Length, other._counts.Length)];
        for (var step = 0; step < sum.Length; step++)
        {
            sum[step] = (step < _counts.Length ? _counts[step] : 0) + (step < other._counts.Length ? other._counts[step] : 0);
        }

        return new Histogram(sum);
    }

    /// <summary>The step of a length.</summary>
    internal static int StepOf(long micros)
    {
        if (micros <= 1000)
        {
            return 0;
        }

        // Asked twice a job: no logarithm. The doubling it lies in, then which half of that.
        var doubling = 63 - BitOperations.LeadingZeroCount((ulong)(micros - 1) / 1000);
        return Math.Min(Steps - 1, (2 * doubling) + (doubling < Halves.Length && micros <= Halves[doubling] ? 1 : 2));
    }
}
