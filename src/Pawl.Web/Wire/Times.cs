using System.Globalization;
using System.Text.Json;

namespace Pawl.Web.Wire;

/// <summary>Times on the wire: UTC RFC 3339 with microseconds. Input needs a zone.</summary>
internal static class Times
{
    private static readonly string[] Forms =
    [
        "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'",
    ];

    /// <summary>Such as <c>2026-11-22T10:15:00.123456Z</c>.</summary>
    public static string Text(DateTimeOffset time) => Rfc3339.Text(time);

    /// <summary>Reads a time with its zone.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        time = default;
        return text is { Length: >= 20 and <= 40 }
            && DateTimeOffset.TryParseExact(
                text.ToUpperInvariant(),
                Forms,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out time);
    }

    /// <summary>Writes a time, or null.</summary>
    public static void Write(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            Write(json, name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>Writes a time without making a string of it.</summary>
    public static void Write(Utf8JsonWriter json, string name, DateTimeOffset time) => Rfc3339.Write(json, name, time);
}
