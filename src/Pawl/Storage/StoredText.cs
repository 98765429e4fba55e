using System.Text;

namespace Pawl.Storage;

/// <summary>Text as every store keeps it and gives it back.</summary>
/// <remarks>PostgreSQL has no place for U+0000 in a text, and half of a surrogate pair has no UTF-8. Texts of people and of programs that
/// failed hold either now and then, and no job may be lost over them: each becomes U+FFFD, in all stores alike. What names something is
/// refused before it comes here.</remarks>
internal static class StoredText
{
    public static string Of(string text) => IsSound(text) ? text : Mended(text);

    private static bool IsSound(string text) =>
        !text.Contains('\0') && (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0 || !HasHalf(text));

    private static bool HasHalf(string text)
    {
        for (ReadOnlySpan<char> rest = text; !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var length) != System.Buffers.OperationStatus.Done)
            {
                return true;
            }

            rest = rest[length..];
        }

        return false;
    }

    private static string Mended(string text)
    {
        var mended = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())   // gives U+FFFD for a half
        {
            mended.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        }

        return mended.ToString();
    }
}
