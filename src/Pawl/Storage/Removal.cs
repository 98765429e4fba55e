using System.Globalization;
using System.Text.Json;

namespace Pawl.Storage;

/// <summary>What the record keeps of a job that was removed: enough to say who may hear of it.</summary>
internal static class Removal
{
    /// <summary>One job.</summary>
    public static string Of(string queue, string type) => $$"""{"queue":"{{queue}}","type":"{{type}}"}""";   // names need no escape

    /// <summary>All of these numbers but those that were kept.</summary>
    public static string Of(long first, long last) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"first":"{{first}}","last":"{{last}}"}""");

    /// <summary>Queue and type of one job; null for a range.</summary>
    public static (string Queue, string Type)? Read(string? data)
    {
        if (data is null)
        {
            return null;
        }

        using var json = JsonDocument.Parse(data);
        return json.RootElement.TryGetProperty("queue", out var queue) && json.RootElement.TryGetProperty("type", out var type)
            ? (queue.GetString() ?? "", type.GetString() ?? "")
            : null;
    }
}
