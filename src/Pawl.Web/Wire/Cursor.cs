using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Pawl.Web.Wire;

/// <summary>A place in a list, signed and bound to the list, its query and its order.</summary>
/// <remarks>Signed with what the caller shows, so that it holds over restarts and in every process, and nowhere but with him.</remarks>
internal static class Cursor
{
    private const int MacBytes = 12;

    /// <summary>A text that nobody should read anything into.</summary>
    public static string Sign(string position, string list, byte[] key)
    {
        var text = Encoding.UTF8.GetBytes(position);
        return Base64Url.EncodeToString([.. Mac(text, list, key), .. text]);
    }

    /// <summary>The place that <see cref="Sign"/> was given.</summary>
    /// <exception cref="ProblemException"><c>cursor_invalid</c>.</exception>
    public static string Open(string cursor, string list, byte[] key)
    {
        Span<byte> bytes = stackalloc byte[1024];
        if (cursor.Length <= 1200
            && Base64Url.IsValid(cursor)
            && Base64Url.TryDecodeFromChars(cursor, bytes, out var length)
            && length > MacBytes
            && cursor == Base64Url.EncodeToString(bytes[..length])
            && CryptographicOperations.FixedTimeEquals(bytes[..MacBytes], Mac(bytes[MacBytes..length], list, key)))
        {
            return Encoding.UTF8.GetString(bytes[MacBytes..length]);
        }

        throw Fields.Fault(
            "?cursor",
            "cursor_invalid",
            "This cursor is not one of this list with this query and order. Take next_cursor as it is, or begin without one.");
    }

    private static ReadOnlySpan<byte> Mac(ReadOnlySpan<byte> position, string list, byte[] key) =>
        HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes(list), 0, .. position]).AsSpan(0, MacBytes);
}
