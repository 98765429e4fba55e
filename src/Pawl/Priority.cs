namespace Pawl;

/// <summary>The scale of priorities: -1,000 to 1,000, higher runs first.</summary>
/// <remarks>
/// A job's priority is the base of its type plus the points of the type's rules that hold for it (<see cref="ScoreRules{TPayload}"/>).
/// It is computed at creation and again before each retry, and stored with its reasons. An explicit priority replaces the sum.
/// Within a queue the order is priority from high to low, then the time a job became due, then its id.
/// </remarks>
public static class Priority
{
    /// <summary>The lowest priority: -1,000.</summary>
    public const int Lowest = -1_000;

    /// <summary>The word <c>low</c>: -20.</summary>
    public const int Low = -20;

    /// <summary>The word <c>normal</c>: 0. The default.</summary>
    public const int Normal = 0;

    /// <summary>The word <c>high</c>: 20.</summary>
    public const int High = 20;

    /// <summary>From here up a job may take the slot that a worker keeps free for work somebody waits for: 40.</summary>
    public const int Express = 40;

    /// <summary>The highest priority: 1,000.</summary>
    public const int Highest = 1_000;

    /// <summary>Throws when a number is off the scale.</summary>
    internal static void ThrowIfOffScale(int points, string name)
    {
        if (points is < Lowest or > Highest)
        {
            throw new ArgumentOutOfRangeException(name, points, "A priority, and the points of a rule, lie between -1,000 and 1,000.");
        }
    }
}
