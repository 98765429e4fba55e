using System.Globalization;
using System.Text;

namespace Pawl;

/// <summary>How a value that somebody gave is shown in a sentence: quoted, at most 100 characters, nothing that acts on a
/// terminal.</summary>
internal static class Shown
{
    private const int Most = 100;

    public static string Text(string? value)
    {
        if (value is null)
        {
            return "null";
        }

        var text = new StringBuilder("'");
        foreach (var letter in value.AsSpan(0, Math.Min(value.Length, Most)))
        {
            // Formats are marks such as right-to-left: they would turn the rest of the sentence around.
            if (char.IsControl(letter) || char.IsSurrogate(letter) || CharUnicodeInfo.GetUnicodeCategory(letter) == UnicodeCategory.Format)
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            }
            else
            {
                text.Append(letter);
            }
        }

        return text.Append(value.Length > Most ? "…'" : "'").ToString();
    }
}
