namespace Pawl;

/// <summary>Whether a falling health score is worth an alert. Each look gives the state for the next one.</summary>
/// <remarks>
/// An alert is raised on the fall below the threshold; the next only after the score has been 5 points above it again, and not within
/// 15 minutes of the last. A fall in that time is raised when the time is over, if the score is still low then: an outage must not pass
/// unsaid because another came before it.
/// </remarks>
internal sealed record HealthAlert
{
    private const int Margin = 5;

    /// <summary>The score below which an alert is raised. Default 70.</summary>
    public int Below { get; init; } = 70;

    /// <summary>The least time between two alerts. Default 15 minutes.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Whether the next fall is news.</summary>
    private bool Armed { get; init; } = true;

    private TimeSpan? RaisedAt { get; init; }

    /// <summary>Looks at a score.</summary>
    /// <param name="score">0 to 100.</param>
    /// <param name="now">A reading of a clock that never goes back, such as the time since the program started.</param>
    /// <returns>The state for the next look, and whether to raise an alert now.</returns>
    public (HealthAlert Next, bool Raise) Look(int score, TimeSpan now)
    {
        if (score >= Math.Min(Below + Margin, 100))
        {
            return (this with { Armed = true }, false);
        }

        var quiet = RaisedAt is { } last && now - last < Quiet;
        return score < Below && Armed && !quiet
            ? (this with { Armed = false, RaisedAt = now }, true)
            : (this, false);
    }
}
