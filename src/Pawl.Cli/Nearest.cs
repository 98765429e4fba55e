namespace Pawl.Cli;

/// <summary>Finds the word that was probably meant.</summary>
internal static class Nearest
{
    /// <summary>The word with the fewest slips; null when none is near.</summary>
    public static string? Of(string word, IEnumerable<string> known)
    {
        var least = Math.Max(1, word.TrimStart('-').Length / 3) + 1;
        string? nearest = null;
        foreach (var candidate in known)
        {
            var slips = Slips(word, candidate);
            if (slips < least || (nearest is null && word.Length > 3 && candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase)))
            {
                (nearest, least) = (candidate, Math.Min(least, slips));
            }
        }

        return nearest;
    }

    /// <summary>How many letters are to be put in, taken out, replaced or swapped with their neighbour.</summary>
    public static int Slips(string one, string other)
    {
        var (before, last, row) = (new int[other.Length + 1], new int[other.Length + 1], new int[other.Length + 1]);
        for (var j = 0; j <= other.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= one.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var same = char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]);
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[other.Length];
    }
}
