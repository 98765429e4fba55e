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
            var slips = EditDistance.Between(word, candidate);
            if (slips < least || (nearest is null && word.Length > 3 && candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase)))
            {
                (nearest, least) = (candidate, Math.Min(least, slips));
            }
        }

        return nearest;
    }
}
