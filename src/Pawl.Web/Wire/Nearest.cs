namespace Pawl.Web.Wire;

/// <summary>Which names somebody may have meant.</summary>
internal static class Nearest
{
    private const int Most = 3;
    private const int Longest = 60;

    /// <summary>At most three of the known names, nearest first; none when nothing is near.</summary>
    public static IReadOnlyList<string> Of(string text, IEnumerable<string> known)
    {
        if (text.Length is 0 or > Longest)
        {
            return [];
        }

        var bound = Math.Max(1, text.Length / 3);
        return
        [
            .. known
                .Where(name => name.Length <= Longest)
                .Select(name => (name, distance: EditDistance.Between(text, name)))
                .Where(near => near.distance <= bound)
                .OrderBy(near => near.distance)
                .ThenBy(near => near.name, StringComparer.Ordinal)
                .Take(Most)
                .Select(near => near.name),
        ];
    }

    /// <summary>A question for people; empty when nothing is near.</summary>
    public static string Question(IReadOnlyList<string> near) => near.Count == 0 ? "" : $" Did you mean '{near[0]}'?";
}
