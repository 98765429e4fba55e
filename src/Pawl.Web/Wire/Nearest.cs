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
                .Select(name => (name, distance: Distance(text, name)))
                .Where(near => near.distance <= bound)
                .OrderBy(near => near.distance)
                .ThenBy(near => near.name, StringComparer.Ordinal)
                .Take(Most)
                .Select(near => near.name),
        ];
    }

    /// <summary>A question for people; empty when nothing is near.</summary>
    public static string Question(IReadOnlyList<string> near) => near.Count == 0 ? "" : $" Did you mean '{near[0]}'?";

    // How many letters to change, add, drop or swap with the next one; case does not count.
    private static int Distance(string left, string right)
    {
        var (before, last, row) = (new int[right.Length + 1], new int[right.Length + 1], new int[right.Length + 1]);
        for (var j = 0; j <= right.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var same = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]);
                row[j] = Math.Min(Math.Min(last[j] + 1, row[j - 1] + 1), last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[right.Length];
    }
}
