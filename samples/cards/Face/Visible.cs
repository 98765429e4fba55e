using System.Globalization;
using System.Text;

namespace Cards.Face;

/// <summary>Makes untrusted text fit for a terminal: one line, and nothing that moves the cursor or reorders letters.</summary>
internal static class Visible
{
    private const int Longest = 200;

    public static string Text(string text, int longest = Longest)
    {
        var safe = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            var harmful = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            safe.Append(harmful ? " " : rune.ToString());
            if (safe.Length >= longest)
            {
                return safe.Append('…').ToString();
            }
        }
        return safe.ToString();
    }
}
