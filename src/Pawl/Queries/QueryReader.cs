using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pawl.Queries;

/// <summary>Reads the text of a query once from left to right, and says at which character it could not go on.</summary>
internal sealed class QueryReader(string text)
{
    private const string Inside = "no * but at the end of a value; quote it to mean the character";

    private static readonly SearchValues<char> OfRegex = SearchValues.Create("()[]{}|^$\\");

    private readonly List<Term> _terms = [];
    private int _at;

    private bool AtEnd => _at >= text.Length;

    private char Now => AtEnd ? '\0' : text[_at];

    public Query Read()
    {
        if (text.Length > Query.MaxLength)
        {
            throw Wrong(Query.MaxLength, "the end: a query has at most 2,048 characters");
        }

        for (Blanks(); !AtEnd; Blanks())
        {
            if (_terms.Count == Query.MaxTerms)
            {
                throw Wrong(_at, "the end: a query has at most 20 terms");
            }

            _terms.Add(ReadTerm());
        }

        return new(text, _terms);
    }

    /// <summary>The error of a query that cannot be read.</summary>
    public PawlException Wrong(int position, string expected, string code = "filter_invalid")
    {
        var found = position < text.Length ? Shown.Text(text[position..Math.Min(text.Length, position + 20)]) : "the end";
        var error = new PawlException(
            code,
            string.Create(
                CultureInfo.InvariantCulture, $"The query cannot be read at character {position}, {found}: expected {expected}."));
        error.Data["position"] = position;
        error.Data["expected"] = expected;
        return error;
    }

    private static bool IsBlank(char letter) => char.IsWhiteSpace(letter);

    private void Blanks()
    {
        while (!AtEnd && IsBlank(Now))
        {
            _at++;
        }
    }

    private Term ReadTerm()
    {
        var not = Now == '-';
        if (not)
        {
            _at++;
            if (AtEnd || IsBlank(Now) || Now is '-' or ',')
            {
                throw Wrong(_at, "a term right behind -");
            }
        }

        var begin = _at;
        if (ReadName() is not { } name)
        {
            _at = begin;
            return new(Field.Word, not, ReadValues(Field.Word));
        }

        if (Fields.Find(name) is not var (field, path))
        {
            throw Wrong(begin, $"one of {Fields.All}, or quotes around a text that holds a colon");
        }

        return new(field, not, ReadValues(field)) { Path = path };
    }

    /// <summary>The name before a colon, in its parts; null when no colon comes before the end of the word.</summary>
    private List<string>? ReadName()
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        var quoted = false;
        while (!AtEnd && !IsBlank(Now) && Now != ',')
        {
            switch (Now)
            {
                case ':':
                    _at++;
                    parts.Add(part.ToString());
                    return parts;
                case '.' when !quoted || part.Length > 0:
                    _at++;
                    parts.Add(part.ToString());
                    part.Clear();
                    quoted = false;
                    break;
                case '"' when parts.Count > 0 && part.Length == 0:
                    part.Append(ReadQuoted());
                    quoted = true;
                    break;
                case '"':
                    return null;
                default:
                    part.Append(Now);
                    _at++;
                    break;
            }
        }

        return null;
    }

    private List<Value> ReadValues(Field field)
    {
        var values = new List<Value>();
        while (true)
        {
            values.Add(ReadValue(field));
            if (Now != ',')
            {
                return values;
            }

            _at++;
        }
    }

    private Value ReadValue(Field field)
    {
        var begin = _at;
        if (AtEnd || IsBlank(Now) || Now == ',')
        {
            throw Wrong(_at, Fields.Expected(field));
        }

        if (Now == '"')
        {
            var literal = ReadQuoted();
            var open = Now == '*';
            _at += open ? 1 : 0;
            if (!AtEnd && !IsBlank(Now) && Now != ',')
            {
                throw Wrong(_at, "a blank or a comma after the closing quote");
            }

            return Values.Literal(this, field, begin, literal, open);
        }

        while (!AtEnd && !IsBlank(Now) && Now != ',')
        {
            if (char.IsControl(Now))
            {
                throw Wrong(_at, "no control character");
            }

            if (Now == '"')
            {
                throw Wrong(_at, "quotes around the whole value, with \\\" for a quote within");
            }

            _at++;
        }

        var word = text[begin.._at];
        RefuseRegex(word, begin);
        var star = word.IndexOf('*', StringComparison.Ordinal);
        return star >= 0 && star < word.Length - 1 ? throw Wrong(begin + star, Inside)
            : star >= 0 ? Values.Prefix(this, field, begin, word[..^1])
            : Values.Read(this, field, begin, word);
    }

    /// <summary>What makes sense only in a regular expression is refused, or people would wonder why nothing is found.</summary>
    private void RefuseRegex(string word, int begin)
    {
        var at = word.AsSpan().IndexOfAny(OfRegex);
        if (at < 0)
        {
            at = word is ['~', ..] or ['/', .., '/'] ? 0
                : word.IndexOf(".*", StringComparison.Ordinal) is var any and >= 0 && any < word.Length - 2 ? any
                : word.IndexOf(".+", StringComparison.Ordinal);
        }

        if (at >= 0)
        {
            throw Wrong(
                begin + at,
                "a plain text, or the beginning of one with * at its end; there are no regular expressions, so quote what looks like one",
                "regex_not_supported");
        }
    }

    private string ReadQuoted()
    {
        var begin = _at++;
        var literal = new StringBuilder();
        while (!AtEnd && Now != '"')
        {
            if (Now == '\\' && _at + 1 < text.Length && text[_at + 1] is '"' or '\\')
            {
                _at++;
            }

            if (char.IsControl(Now))
            {
                throw Wrong(_at, "no control character");
            }

            literal.Append(Now);
            _at++;
        }

        if (AtEnd)
        {
            throw Wrong(begin, "a closing quote for this one");
        }

        _at++;
        return literal.ToString();
    }
}
