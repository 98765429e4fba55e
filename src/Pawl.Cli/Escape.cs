using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pawl.Cli;

/// <summary>Text of jobs is hostile: what would act on a terminal is printed as its number.</summary>
internal static class Escape
{
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>One line: ends of lines and tabs are printed as numbers too.</summary>
    public static string Line(string text) => Write(text, keepBreaks: false);

    /// <summary>Several lines: ends of lines and tabs stay.</summary>
    public static string Lines(string text) => Write(text, keepBreaks: true);

    private static string Write(string text, bool keepBreaks)
    {
        if (text.AsSpan().IndexOfAnyExcept(Plain) < 0)
        {
            return text;
        }

        var safe = new StringBuilder(text.Length + 16);
        for (var at = 0; at < text.Length; at++)
        {
            var letter = text[at];
            if (char.IsHighSurrogate(letter) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
            {
                // Tags and the like beyond the first plane are formats too.
                if (CharUnicodeInfo.GetUnicodeCategory(text, at) == UnicodeCategory.Format)
                {
                    safe.Append(CultureInfo.InvariantCulture, $"\\U{char.ConvertToUtf32(letter, text[at + 1]):x8}");
                }
                else
                {
                    safe.Append(letter).Append(text[at + 1]);
                }

                at++;
            }
            else if (keepBreaks && letter is '\n' or '\t')
            {
                safe.Append(letter);
            }
            else if (ActsOnTerminal(letter))
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            }
            else
            {
                safe.Append(letter);
            }
        }

        return safe.ToString();
    }

    /// <summary>C0, C1, DEL, half of a pair, and formats such as the marks that turn the direction of writing.</summary>
    private static bool ActsOnTerminal(char letter) =>
        char.IsControl(letter) || char.IsSurrogate(letter) || letter is '\u2028' or '\u2029'
        || CharUnicodeInfo.GetUnicodeCategory(letter) == UnicodeCategory.Format;
}
