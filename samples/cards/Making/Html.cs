using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Cards.Making;

/// <summary>Writes text of an untrusted repository as HTML that Anki shows as that text and nothing else.</summary>
internal static partial class Html
{
    private const int LongestLine = 180;

    /// <summary>Escapes for HTML and for Anki, to which <c>{{</c>, <c>[sound:</c>, <c>[latex]</c> and <c>\(</c> mean something.</summary>
    public static string Text(string text)
    {
        var html = new StringBuilder(text.Length + 16);
        var backslash = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (backslash && rune.Value is ('(' or '['))
            {
                html.Insert(html.Length - 1, "<span>").Append("</span>");
            }

            backslash = rune.Value == '\\';
            _ = rune.Value switch
            {
                '&' => html.Append("&amp;"),
                '<' => html.Append("&lt;"),
                '>' => html.Append("&gt;"),
                '"' => html.Append("&quot;"),
                '{' => html.Append("&#123;"),
                '[' => html.Append("&#91;"),
                '\t' or '\n' => html.Append((char)rune.Value),
                _ when IsUnsafe(rune) => html.Append(CultureInfo.InvariantCulture, $"<span class=\"odd\">U+{rune.Value:X4}</span>"),
                _ => html.Append(rune.ToString()),
            };
        }
        return html.ToString();
    }

    /// <summary>A subject or a path: one line.</summary>
    public static string Line(string text) => Marked(text.ReplaceLineEndings(" ").Trim());

    /// <summary>A message's body: paragraphs, lists, indented code, and `code` within a line.</summary>
    public static string Prose(string text)
    {
        var html = new StringBuilder();
        foreach (var paragraph in BlankLines().Split(text.Trim('\n')))
        {
            var lines = paragraph.Split('\n');
            if (lines.All(line => line.StartsWith("    ", StringComparison.Ordinal) || line.StartsWith('\t')))
            {
                html.Append("<pre>").Append(Text(string.Join('\n', Dedent(lines)))).Append("</pre>");
            }
            else
            {
                html.Append("<p>").Append(string.Concat(lines.Select(Wrapped)).Trim()).Append("</p>");
            }
        }
        return html.ToString();
    }

    /// <summary>One line of code, cut when it is far too long for a card.</summary>
    public static string Code(string line) => Text(line.Length > LongestLine ? line[..LongestLine] + " …" : line);

    /// <summary>Takes away the blanks that all lines begin with.</summary>
    public static IEnumerable<string> Dedent(IEnumerable<string> lines)
    {
        var all = lines.Select(line => line.Replace("\t", "    ", StringComparison.Ordinal)).ToList();
        var depth = all.Where(line => line.Trim().Length > 0).Select(Depth).DefaultIfEmpty(0).Min();
        return all.Select(line => line.Length >= depth ? line[depth..] : line.TrimStart());
    }

    public static int Depth(string line) => line.Length - line.TrimStart(' ').Length;

    // Lines of a paragraph were wrapped for a terminal; a list keeps its lines.
    private static string Wrapped(string line) => (ListItem().IsMatch(line) ? "<br>" : " ") + Marked(line.Trim());

    private static string Marked(string line) => InlineCode().Replace(Text(line), "<code>$1</code>");

    // Control characters (0x1F parts Anki's fields) and marks that reorder what is shown.
    private static bool IsUnsafe(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control => true,
        UnicodeCategory.Format => rune.Value is not (0x200C or 0x200D),
        _ => false,
    };

    [GeneratedRegex(@"\n\s*\n")]
    private static partial Regex BlankLines();

    [GeneratedRegex(@"^\s*([*+-]|\d+[.)])\s")]
    private static partial Regex ListItem();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex InlineCode();
}
