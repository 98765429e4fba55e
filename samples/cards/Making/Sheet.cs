using System.Text;

namespace Cards.Making;

/// <summary>The parts that fronts and backs are put together from, each with one look.</summary>
internal sealed class Sheet
{
    private readonly StringBuilder _html = new();

    public Sheet Subject(string subject) => Part("commit", Html.Line(subject));

    public Sheet Ask(string question) => Part("ask", Html.Line(question));

    /// <summary>The file and, where git knows it, the function.</summary>
    public Sheet Place(Edit edit)
    {
        var function = edit.Function.Length == 0 ? "" : $" in <code>{Html.Code(edit.Function)}</code>";
        return Part("place", $"<code>{Html.Line(edit.File.Path)}</code>{function}");
    }

    public Sheet Places(IEnumerable<string> paths) =>
        Part("place", string.Join("<br>", paths.Select(path => $"<code>{Html.Line(path)}</code>")));

    public Sheet Prose(string text) => Part("why", Html.Prose(text));

    public Sheet Diff(string html)
    {
        _html.Append(html);
        return this;
    }

    public override string ToString() => _html.ToString();

    private Sheet Part(string style, string html)
    {
        _html.Append("<div class=\"").Append(style).Append("\">").Append(html).Append("</div>");
        return this;
    }
}
