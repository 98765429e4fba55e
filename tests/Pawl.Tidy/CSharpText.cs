namespace Pawl.Tidy;

/// <summary>Reads C# just well enough to tell code from comments and texts.</summary>
internal static class CSharpText
{
    /// <summary>The code alone: comments, strings and characters become blanks, and every line keeps its number.</summary>
    public static string CodeOnly(string text)
    {
        var code = text.ToCharArray();
        for (var at = 0; at < code.Length;)
        {
            var end = EndOfOther(text, at);
            for (var i = at; i < end; i++)
            {
                if (code[i] != '\n')
                {
                    code[i] = ' ';
                }
            }

            at = Math.Max(end, at + 1);
        }

        return new string(code);
    }

    /// <summary>Where the comment or text that begins here ends; the same place if none begins here.</summary>
    private static int EndOfOther(string text, int at)
    {
        var rest = text.AsSpan(at);
        if (rest.StartsWith("//"))
        {
            return After(text, at, "\n") - 1;
        }

        if (rest.StartsWith("/*"))
        {
            return After(text, at + 2, "*/");
        }

        if (rest[0] == '\'')
        {
            return AfterQuote(text, at + 1, '\'', verbatim: false);
        }

        if (rest[0] != '"')
        {
            return at;
        }

        var quotes = rest.Length - rest.TrimStart('"').Length;
        var verbatim = at > 0 && (text[at - 1] == '@' || (text[at - 1] == '$' && at > 1 && text[at - 2] == '@'));
        return quotes >= 3 && !verbatim
            ? After(text, at + quotes, new string('"', quotes))
            : AfterQuote(text, at + 1, '"', verbatim);
    }

    private static int After(string text, int from, string mark)
    {
        var at = text.IndexOf(mark, from, StringComparison.Ordinal);
        return at < 0 ? text.Length + (mark == "\n" ? 1 : 0) : at + mark.Length;
    }

    private static int AfterQuote(string text, int from, char quote, bool verbatim)
    {
        for (var at = from; at < text.Length; at++)
        {
            if (!verbatim && text[at] == '\\')
            {
                at++;
            }
            else if (verbatim && text[at] == quote && at + 1 < text.Length && text[at + 1] == quote)
            {
                at++;
            }
            else if (text[at] == quote || (!verbatim && text[at] == '\n'))
            {
                return at + 1;
            }
        }

        return text.Length;
    }
}
