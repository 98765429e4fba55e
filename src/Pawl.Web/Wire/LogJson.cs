using System.Text.Json;

namespace Pawl.Web.Wire;

/// <summary>Takes a log apart into lines, and writes them.</summary>
internal static class LogJson
{
    /// <summary>The lines of a part of a log that begins at that byte.</summary>
    public static IEnumerable<LogLine> LinesOf(ReadOnlyMemory<byte> text, long offset)
    {
        while (text.Length > 0)
        {
            var end = text.Span.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            if (line.Length > 0)
            {
                yield return LogLine.Of(line, offset) with { Bytes = end < 0 ? text.Length : end + 1 };
            }

            var taken = end < 0 ? text.Length : end + 1;
            text = text[taken..];
            offset += taken;
        }
    }

    /// <summary>Writes lines.</summary>
    public static void Lines(Utf8JsonWriter json, string name, IEnumerable<LogLine> lines)
    {
        json.WriteStartArray(name);
        foreach (var line in lines)
        {
            json.WriteStartObject();
            json.WriteNumber("offset", line.Offset);
            json.WriteString("at", line.At);
            json.WriteString("level", line.Level);
            json.WriteString("message", line.Message);
            json.WritePropertyName("fields");
            json.WriteRawValue(line.Fields, skipInputValidation: true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}

/// <summary>One line of a log. What is no line of ours is shown as it is.</summary>
internal sealed record LogLine(long Offset, string? At, string Level, string Message, string Fields)
{
    /// <summary>The levels, lowest first.</summary>
    public static readonly string[] Levels = ["trace", "debug", "information", "warning", "error", "critical"];

    /// <summary>How many bytes it takes in the log, with its end.</summary>
    public int Bytes { get; init; }

    /// <summary>How high its level is among them.</summary>
    public int Weight => Array.IndexOf(Levels, Level) is var known and >= 0 ? known : 2;

    public static LogLine Of(ReadOnlyMemory<byte> bytes, long offset)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                return new(
                    offset,
                    Times.TryParse(Text(root, "at"), out var at) ? Times.Text(at) : null,
                    Text(root, "level") ?? "information",
                    Text(root, "message") ?? "",
                    root.TryGetProperty("fields", out var fields) && fields.ValueKind == JsonValueKind.Object
                        ? fields.GetRawText()
                        : "{}");
            }
        }
        catch (JsonException)
        {
            // A worker may write plain text.
        }

        return new(offset, null, "information", System.Text.Encoding.UTF8.GetString(bytes.Span), "{}");
    }

    private static string? Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
