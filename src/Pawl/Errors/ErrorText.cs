using System.Text;
using System.Text.Unicode;

namespace Pawl.Errors;

/// <summary>Makes any text fit to be stored: whole characters, no secrets, no more bytes than allowed.</summary>
internal static class ErrorText
{
    // Looking for secrets in more than this serves nobody; what is stored is far shorter.
    private const int Looked = 1 << 20;

    /// <summary>The text as it is stored.</summary>
    /// <param name="text">Whatever was thrown.</param>
    /// <param name="bytes">The most bytes of UTF-8.</param>
    /// <param name="known">Secrets known by their value; null for none.</param>
    public static string Fit(string text, int bytes, KnownSecrets? known = null)
    {
        var whole = Whole(text);
        return Cut(SecretMask.Apply(known?.Apply(whole) ?? whole), bytes);
    }

    /// <summary>The longest start of the text that needs no more bytes of UTF-8, cut between two characters.</summary>
    public static string Cut(string text, int bytes)
    {
        if (text.Length <= bytes / 3)
        {
            return text;
        }

        Utf8.FromUtf16(text, new byte[bytes], out var read, out _);
        return read == text.Length ? text : text[..read];
    }

    // No database takes half a surrogate pair, and PostgreSQL takes no NUL.
    private static string Whole(string text)
    {
        var end = text.Length <= Looked ? text.Length : LastBreak(text);
        var span = text.AsSpan(0, end);
        if (!span.Contains('\0') && !span.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return end == text.Length ? text : span.ToString();
        }

        var whole = new StringBuilder(end);
        foreach (var rune in span.EnumerateRunes())
        {
            whole.Append(rune.Value == 0 ? "\uFFFD" : rune.ToString());
        }

        return whole.ToString();
    }

    // Between two words, lest half a secret is no longer known for one.
    private static int LastBreak(string text)
    {
        var gap = text.AsSpan(Looked / 2, Looked / 2).LastIndexOfAny(' ', '\n', '\t');
        return gap < 0 ? 0 : (Looked / 2) + gap;
    }
}
