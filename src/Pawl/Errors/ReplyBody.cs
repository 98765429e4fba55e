using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pawl.Errors;

/// <summary>What the body of a bad reply says.</summary>
internal static class ReplyBody
{
    private const int Kept = 4_096;
    private const int Readable = 256 * 1024;
    private static readonly string[] Members = ["code", "type", "status"];

    /// <summary>The codes that a JSON body names, joined, such as <c>insufficient_quota</c>; null if it names none.</summary>
    /// <remarks>Read are <c>code</c>, <c>type</c> and <c>status</c>, at the top or in <c>error</c>, which may also be a word.</remarks>
    public static string? Code(string? body)
    {
        if (body is null or { Length: > Readable } || !body.AsSpan().TrimStart().StartsWith("{"))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            List<string> found = [];
            Collect(document.RootElement, found);
            if (document.RootElement.TryGetProperty("error", out var error))
            {
                Collect(error, found);
            }

            return found.Count == 0 ? null : string.Join(' ', found);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The start of the body, kept for people.</summary>
    public static JsonNode? Detail(string? body) =>
        string.IsNullOrEmpty(body) ? null : new JsonObject { ["body"] = body.Length > Kept ? body[..Kept] : body };

    private static void Collect(JsonElement element, List<string> found)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            found.Add(element.GetString()!);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in Members)
            {
                if (element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String)
                {
                    found.Add(value.GetString()!);
                }
            }
        }
    }
}
