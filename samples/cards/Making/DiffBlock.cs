using System.Text;
using Cards.Parsing;

namespace Cards.Making;

/// <summary>Draws an edit as a small coloured diff. The note type's style sheet has the colours.</summary>
internal sealed class DiffBlock
{
    private readonly List<(string Style, string Text, string? Html)> _lines = [];

    public static string Whole(Edit edit)
    {
        var block = new DiffBlock().Context(edit.Before);
        if (Single(edit) is { } difference)
        {
            block.Marked("del", difference, difference.Old).Marked("add", difference, difference.New);
        }
        else
        {
            block.Lines(edit.Lines);
        }

        return block.Context(edit.After).ToString();
    }

    /// <summary>The old text, and in place of the new one a question mark.</summary>
    public static string WithoutNew(Edit edit) => new DiffBlock()
        .Context(edit.Before)
        .Lines(edit.Lines.Where(line => line.Kind == LineKind.Removed))
        .Line("add", "", "<span class=\"gap\">?</span>")
        .Context(edit.After).ToString();

    /// <summary>The old line, and the new line with a gap where it differs.</summary>
    public static string WithGap(Edit edit, LineDifference difference) => new DiffBlock()
        .Context(edit.Before)
        .Lines(edit.Lines.Where(line => line.Kind == LineKind.Removed))
        .Line("add", difference.Prefix + difference.New + difference.Suffix,
            Html.Code(difference.Prefix) + "<span class=\"gap\">?</span>" + Html.Code(difference.Suffix))
        .Context(edit.After).ToString();

    /// <summary>The difference of an edit that turns one line into another which is still much like it; else null.</summary>
    public static LineDifference? Single(Edit edit)
    {
        if (edit.Lines.Count != 2 || edit.Removed.Count() != 1 || edit.Added.Count() != 1)
        {
            return null;
        }

        var difference = LineDifference.Of(edit.Removed.First(), edit.Added.First());
        var length = Math.Max(difference.Prefix.Length + difference.New.Length + difference.Suffix.Length, edit.Removed.First().Length);
        return difference.Shared >= 3 && length <= 160 ? difference : null;
    }

    public override string ToString()
    {
        // The blanks that all lines begin with are cut from the text; a line drawn with marks carries the same blanks at its beginning.
        var depth = _lines.Where(line => line.Text.Trim().Length > 0).Select(line => Html.Depth(Wide(line.Text))).DefaultIfEmpty(0).Min();
        var html = new StringBuilder("<pre class=\"diff\">");
        foreach (var (style, text, drawn) in _lines)
        {
            var wide = Wide(drawn ?? Html.Code(text));
            var cut = Html.Depth(wide) >= depth ? wide[depth..] : wide.TrimStart(' ');
            html.Append("<span class=\"").Append(style).Append("\">").Append(cut.Length == 0 ? " " : cut).Append("</span>");
        }
        return html.Append("</pre>").ToString();
    }

    private DiffBlock Context(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Line("ctx", line);
        }

        return this;
    }

    private DiffBlock Lines(IEnumerable<DiffLine> lines)
    {
        foreach (var line in lines)
        {
            Line(line.Kind switch { LineKind.Removed => "del", LineKind.Added => "add", _ => "ctx" }, line.Text);
        }

        return this;
    }

    private DiffBlock Marked(string style, LineDifference difference, string middle) => Line(
        style, difference.Prefix + middle + difference.Suffix,
        Html.Code(difference.Prefix) + (middle.Length == 0 ? "" : "<b>" + Html.Code(middle) + "</b>") + Html.Code(difference.Suffix));

    private DiffBlock Line(string style, string text, string? html = null)
    {
        _lines.Add((style, text, html));
        return this;
    }

    private static string Wide(string text)
    {
        var blanks = text.Length - text.TrimStart(' ', '\t').Length;
        return text[..blanks].Replace("\t", "    ", StringComparison.Ordinal) + text[blanks..];
    }
}
