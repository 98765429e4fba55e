namespace Pawl;

/// <summary>Keeps the lowest job from waiting forever: a share of a queue's starts goes to those that have waited longest.</summary>
/// <remarks>
/// Points are not added with time: with a million old low jobs that would put a job started by hand behind all of them.
/// Which starts are given away follows from their number alone, so it can be replayed and needs no chance.
/// </remarks>
internal static class Ageing
{
    /// <summary>The default share: of every ten starts one.</summary>
    public const double Share = 0.1;

    private const long Whole = 1_000_000;

    /// <summary>The default wait a job must be over before it is taken out of turn: 5 minutes.</summary>
    public static TimeSpan After { get; } = TimeSpan.FromMinutes(5);

    /// <summary>How many of a queue's next starts go to the jobs that have waited longest.</summary>
    /// <remarks>
    /// The last start of each group is the one given away: with a share of 0.1 the 10th, the 20th and so on. It makes no difference
    /// how the starts are cut into claims.
    /// </remarks>
    /// <param name="startsSoFar">Starts of the queue before these, from 0.</param>
    /// <param name="count">The starts to come, from 0.</param>
    /// <param name="share">0 to 1, counted in millionths.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static int Turns(long startsSoFar, int count, double share = Share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(startsSoFar);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (share is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "A share is at least 0 and at most 1.");
        }

        // Whole numbers: in doubles the 30th start of 0.1 might fall to the 31st. The pattern repeats after a million starts.
        var parts = (long)Math.Round(share * Whole);
        var before = startsSoFar % Whole;
        return (int)(((before + count) * parts / Whole) - (before * parts / Whole));
    }
}
