using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace Pawl;

/// <summary>Times as every document of ours has them: UTC with six digits of the second, such as
/// <c>2026-11-22T10:15:00.123456Z</c>. They are all of one length, so their texts sort as the times do.</summary>
internal static class Rfc3339
{
    /// <summary>The text of a time.</summary>
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Writes a time without making a string of it.</summary>
    public static void Write(Utf8JsonWriter json, string name, DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[33];
        Utf8Formatter.TryFormat(time.UtcDateTime, text, out _, new('O'));   // 2026-11-22T10:15:00.1234567Z
        text[26] = (byte)'Z';
        json.WriteString(name, text[..27]);
    }
}
