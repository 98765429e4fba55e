using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;

namespace Pawl;

/// <summary>One text for equal JSON: members sorted, no blanks, numbers of equal value written alike without losing a digit.</summary>
internal static class CanonicalJson
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = Bounds.MaxDepth, AllowDuplicateProperties = false };

    /// <summary>SHA-256 of the canonical form.</summary>
    /// <exception cref="PawlException"><c>encoding_invalid</c>, <c>json_invalid</c>, <c>json_too_deep</c> or
    /// <c>json_duplicate_key</c>.</exception>
    public static byte[] Hash(ReadOnlyMemory<byte> json)
    {
        var buffer = new ArrayBufferWriter<byte>(json.Length + 16);
        Write(json, buffer);
        return SHA256.HashData(buffer.WrittenSpan);
    }

    /// <summary>The hash as 64 hexadecimal digits.</summary>
    public static string HexHash(ReadOnlyMemory<byte> json) => Convert.ToHexStringLower(Hash(json));

    /// <summary>Writes the canonical form.</summary>
    public static void Write(ReadOnlyMemory<byte> json, IBufferWriter<byte> into)
    {
        using var document = Parse(json);
        using var writer = new Utf8JsonWriter(into);
        Write(document.RootElement, writer);
    }

    /// <summary>Throws unless the bytes are one JSON value in UTF-8, not too deep, no member twice.</summary>
    public static void Check(ReadOnlyMemory<byte> json) => Parse(json).Dispose();

    private static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        // The reader looks into a text only when it is asked for it.
        if (!Utf8.IsValid(json.Span))
        {
            throw new PawlException("encoding_invalid", "This is no UTF-8. Send JSON in UTF-8, without a byte order mark.");
        }

        try
        {
            return JsonDocument.Parse(json, Strict);
        }
        catch (JsonException fault)
        {
            throw Refusal(json, fault);
        }
    }

    private static PawlException Refusal(ReadOnlyMemory<byte> json, JsonException fault)
    {
        var place = fault.LineNumber is { } line
            ? string.Create(CultureInfo.InvariantCulture, $" at line {line + 1}, byte {fault.BytePositionInLine + 1}")
            : "";
        if (TooDeep(json.Span))
        {
            return new("json_too_deep", $"JSON nests at most {Bounds.MaxDepth} levels deep; this goes deeper{place}. Flatten it.", fault);
        }

        // The reader has no kind of its own for a member that is there twice: what parses when it is allowed is that.
        try
        {
            JsonDocument.Parse(json, new() { MaxDepth = Bounds.MaxDepth }).Dispose();
            return new("json_duplicate_key", "A member is there twice in the same JSON object. Keep one of them.", fault);
        }
        catch (JsonException)
        {
            return new(
                "json_invalid", $"This is no JSON{place}. It must be one value in UTF-8, without comments and trailing commas.", fault);
        }
    }

    private static bool TooDeep(ReadOnlySpan<byte> json)
    {
        var (depth, quoted) = (0, false);
        for (var i = 0; i < json.Length; i++)
        {
            switch (json[i])
            {
                case (byte)'\\' when quoted:
                    i++;
                    break;
                case (byte)'"':
                    quoted = !quoted;
                    break;
                case (byte)'{' or (byte)'[' when !quoted:
                    if (++depth > Bounds.MaxDepth)
                    {
                        return true;
                    }

                    break;
                case (byte)'}' or (byte)']' when !quoted:
                    depth--;
                    break;
            }
        }

        return false;
    }

    private static void Write(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(member.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var each in element.EnumerateArray())
                {
                    Write(each, writer);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(Number(element.GetRawText()), skipInputValidation: true);
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    /// <summary>The digits without zeros at either end, and a power of ten: 1.0, 1 and 10e-1 are all <c>1e0</c>.</summary>
    internal static string Number(ReadOnlySpan<char> text)
    {
        var negative = text[0] == '-';
        text = negative ? text[1..] : text;
        var at = text.IndexOfAny('e', 'E');
        var mantissa = at < 0 ? text : text[..at];
        if (!long.TryParse(at < 0 ? "0" : text[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power)
            || power is > int.MaxValue or < int.MinValue)
        {
            // A power beyond all measure: equal only to itself, letter by letter.
            return new string(text).ToLowerInvariant() is var raw && negative ? "-" + raw : raw;
        }

        var point = mantissa.IndexOf('.');
        var digits = point < 0 ? new string(mantissa) : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        power -= point < 0 ? 0 : mantissa.Length - point - 1;
        var kept = digits.TrimStart('0').TrimEnd('0');
        if (kept.Length == 0)
        {
            return "0e0";
        }

        power += digits.Length - digits.TrimEnd('0').Length;
        return string.Create(CultureInfo.InvariantCulture, $"{(negative ? "-" : "")}{kept}e{power}");
    }
}
