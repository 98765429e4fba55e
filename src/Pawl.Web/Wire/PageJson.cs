using System.Text.Json;

namespace Pawl.Web.Wire;

/// <summary>Writes one page of a list.</summary>
internal static class PageJson
{
    /// <summary>Writes a page.</summary>
    public static void Write<T>(
        Utf8JsonWriter json,
        IEnumerable<T> items,
        Action<Utf8JsonWriter, T> write,
        string? next = null,
        long? approxTotal = null,
        bool partial = false)
    {
        json.WriteStartObject();
        json.WriteStartArray("items");
        foreach (var item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
        json.WriteString("next_cursor", next);
        JobJson.Number(json, "approx_total", approxTotal);
        json.WriteBoolean("partial", partial);
        json.WriteEndObject();
    }
}
