using System.Globalization;

namespace Pawl;

/// <summary>How well a queue does, and what keeps it from doing better.</summary>
/// <param name="Queue">The queue, or for the whole installation the queue with the lowest score; null when there is none.</param>
/// <param name="Score">0 to 100; 100 is well.</param>
/// <param name="Deductions">What was taken from 100.</param>
public sealed record HealthReport(string? Queue, int Score, IReadOnlyList<HealthDeduction> Deductions)
{
    /// <summary>The score in one word.</summary>
    public HealthGrade Grade => Score switch
    {
        >= 70 => HealthGrade.Healthy,
        >= 40 => HealthGrade.Degraded,
        _ => HealthGrade.Unhealthy,
    };

    /// <summary>The text of an alert, as in <c>58: failures 19.2, waiting 17.5</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Score}{(Deductions.Count == 0 ? "" : ": ")}{string.Join(", ", Deductions)}");
}
