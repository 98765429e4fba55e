using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Pawl.Web.Wire;

/// <summary>Reads JSON strictly, and says exactly what is wrong with what is none.</summary>
internal static class Json
{
    /// <summary>How deep a request may nest.</summary>
    public const int MaxDepth = 32;

    private const string HalfCharacter = "A text holds half of a surrogate pair (\\ud800 to \\udfff alone), which is no character.";
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Reads one value. The caller disposes it.</summary>
    /// <exception cref="ProblemException"><c>encoding_invalid</c>, <c>json_invalid</c>, <c>json_too_deep</c>,
    /// <c>json_duplicate_key</c>.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;

        // A zero byte is in no JSON; near the start it is UTF-16 or UTF-32.
        if (span.StartsWith("\uFEFF"u8) || !Utf8.IsValid(span) || span[..Math.Min(4, span.Length)].Contains((byte)0))
        {
            throw new ProblemException("encoding_invalid", "The body is no UTF-8. Send JSON in UTF-8, without a byte order mark.");
        }

        try
        {
            return JsonDocument.Parse(bytes, Strict);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new ProblemException(Diagnose(bytes));
        }
    }

    /// <summary>A part of a JSON pointer.</summary>
    public static string Part(string name) =>
        Short(name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>At most 100 characters of what somebody sent.</summary>
    public static string Short(string text) => text.Length <= 100 ? text : text[..100];

    // The quick reader has one exception for everything; read once more, slowly, to say what it was.
    private static Problem Diagnose(ReadOnlyMemory<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes.Span, new() { MaxDepth = MaxDepth + 1 });
        var names = new Stack<HashSet<string>>();
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray when reader.CurrentDepth >= MaxDepth:
                        return new("json_too_deep", $"JSON nests at most {MaxDepth} levels deep, and this goes deeper. Flatten it.");
                    case JsonTokenType.StartObject:
                        names.Push(new(StringComparer.Ordinal));
                        break;
                    case JsonTokenType.EndObject:
                        names.Pop();
                        break;
                    case JsonTokenType.PropertyName when reader.GetString() is { } name && !names.Peek().Add(name):
                        var twice = $"The member {Shown.Text(name)} is there twice in the same object. Keep one of them.";
                        var (at, _) = Place(bytes.Span, reader.TokenStartIndex);
                        return new("json_duplicate_key", twice) { Extras = [("line", at)] };
                }
            }
        }
        catch (InvalidOperationException)
        {
            return new("encoding_invalid", HalfCharacter);
        }
        catch (JsonException fault)
        {
            var (line, column) = ((fault.LineNumber ?? 0) + 1, (fault.BytePositionInLine ?? 0) + 1);
            return new(
                "json_invalid",
                $"The body is no JSON: line {line}, column {column}. It must be one value, without comments and trailing commas.")
            {
                Extras = [("line", line), ("column", column)],
            };
        }

        return new("json_invalid", "The body is no JSON.") { Extras = [("line", 1), ("column", 1)] };
    }

    private static (long Line, long Column) Place(ReadOnlySpan<byte> bytes, long at)
    {
        var before = bytes[..(int)at];
        return (before.Count((byte)'\n') + 1, at - before.LastIndexOf((byte)'\n'));
    }

    /// <summary>A text of a document; refused where it is no character.</summary>
    public static string Text(JsonElement element, string pointer)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new ProblemException(Problem.At(pointer, "encoding_invalid", HalfCharacter));
        }
    }

    /// <summary>The bytes of a value as they were sent.</summary>
    public static ReadOnlyMemory<byte> Raw(JsonElement element) => Encoding.UTF8.GetBytes(element.GetRawText());
}
