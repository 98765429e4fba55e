using System.Globalization;

namespace Pawl;

/// <summary>A priority and its explanation.</summary>
public sealed record PriorityScore
{
    private const string ExplicitWhy = "explicit";
    private const string RetryWhy = "retry ";

    private PriorityScore(IReadOnlyList<PriorityReason> reasons)
    {
        Reasons = reasons;
        Points = (int)Math.Clamp(reasons.Sum(reason => (long)reason.Points), Priority.Lowest, Priority.Highest);
    }

    /// <summary>The sum of the reasons, brought back to the scale of -1,000 to 1,000.</summary>
    public int Points { get; }

    /// <summary>What the points are for: base, trigger, the type's rules in their order, retries.</summary>
    public IReadOnlyList<PriorityReason> Reasons { get; }

    /// <summary>A priority somebody gave. It replaces every rule, now and before each retry.</summary>
    /// <param name="points">From -1,000 to 1,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is off the scale.</exception>
    public static PriorityScore Explicit(int points)
    {
        Priority.ThrowIfOffScale(points, nameof(points));
        return new([new(points, ExplicitWhy)]);
    }

    /// <summary>The score before another run, from stored reasons alone: the payload is not asked again.</summary>
    /// <remarks>An explicit priority stays as it is.</remarks>
    /// <param name="reasons">The reasons stored with the job.</param>
    /// <param name="retries">Retries so far in this generation, the one to come included. 0 takes the points for retries away.</param>
    /// <param name="pointsEach">Points of one retry, from 0; default 5.</param>
    /// <param name="most">The most that retries add, from 0; default 15.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative number.</exception>
    public static PriorityScore WithRetries(IReadOnlyList<PriorityReason> reasons, int retries, int pointsEach = 5, int most = 15)
    {
        ArgumentNullException.ThrowIfNull(reasons);
        ArgumentOutOfRangeException.ThrowIfNegative(retries);
        ArgumentOutOfRangeException.ThrowIfNegative(pointsEach);
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        if (reasons is [{ Why: ExplicitWhy }])
        {
            return new(reasons);
        }

        var kept = reasons.Where(reason => !IsRetry(reason.Why)).ToList();
        var points = (int)Math.Min((long)retries * pointsEach, most);
        if (points != 0)
        {
            kept.Add(new(points, string.Create(CultureInfo.InvariantCulture, $"{RetryWhy}{retries}")));
        }

        return new(kept);
    }

    /// <summary>As in <c>80: -20 base low, +40 manual, +30 small</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Points}{(Reasons.Count == 0 ? "" : ": ")}{string.Join(", ", Reasons)}");

    /// <summary>Whether the engine gives this reason itself, so that a rule may not be called so.</summary>
    internal static bool IsReserved(string why) => why == ExplicitWhy || IsRetry(why);

    private static bool IsRetry(string why) =>
        why.Length > RetryWhy.Length
        && why.StartsWith(RetryWhy, StringComparison.Ordinal)
        && why.AsSpan(RetryWhy.Length).IndexOfAnyExceptInRange('0', '9') < 0;
}
