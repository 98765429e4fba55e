using System.Globalization;

namespace Pawl;

/// <summary>One thing that lowers a health score.</summary>
/// <param name="Name">
/// <c>failures</c>, <c>waiting</c>, <c>lost_or_stuck</c>, <c>dead_letters</c>, <c>no_worker</c>, <c>circuits</c>, <c>connections</c> or
/// <c>store</c>.
/// </param>
/// <param name="Points">What it takes from the score, rounded to a tenth. The score itself is reckoned before this rounding.</param>
/// <param name="Because">The numbers behind it, in a sentence for people.</param>
public sealed record HealthDeduction(string Name, double Points, string Because)
{
    /// <summary>As in <c>failures 19.2</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Points:0.0}");
}
