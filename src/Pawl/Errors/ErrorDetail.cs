using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pawl.Errors;

/// <summary>Makes the facts of an error fit to be stored: a copy without secrets, or a note on why there is none.</summary>
internal static class ErrorDetail
{
    /// <summary>The most bytes of JSON.</summary>
    public const int MaxBytes = 65_536;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 32 };

    /// <summary>A copy of the detail, or <c>{"omitted":"too_large","bytes":70000,"max_bytes":65536}</c> in its place.</summary>
    /// <param name="detail">The facts.</param>
    /// <param name="known">Secrets known by their value; null for none.</param>
    public static JsonNode? Fit(JsonNode? detail, KnownSecrets? known = null)
    {
        if (detail is null)
        {
            return null;
        }

        try
        {
            var bytes = Write(detail);
            if (bytes.Length > MaxBytes)
            {
                return Omitted(bytes.Length);
            }

            var masked = Masked(JsonNode.Parse(bytes, documentOptions: Shallow), known);
            return masked is not null && Write(masked) is { Length: > MaxBytes and var length } ? Omitted(length) : masked;
        }
        catch (Exception unwritable)
            when (unwritable is JsonException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            return new JsonObject { ["omitted"] = "unreadable", ["why"] = ErrorText.Fit(unwritable.Message, 500) };
        }
    }

    private static ReadOnlySpan<byte> Write(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            node.WriteTo(writer);
        }

        return buffer.WrittenSpan;
    }

    private static JsonObject Omitted(int bytes) => new() { ["omitted"] = "too_large", ["bytes"] = bytes, ["max_bytes"] = MaxBytes };

    private static JsonNode? Masked(JsonNode? node, KnownSecrets? known)
    {
        switch (node)
        {
            case JsonObject members:
                var copy = new JsonObject();
                foreach (var (name, value) in members)
                {
                    var flag = value?.GetValueKind() is null or JsonValueKind.True or JsonValueKind.False;
                    var hidden = !flag && SecretMask.IsSecretName(name);
                    copy[ErrorText.Fit(name, MaxBytes, known)] = hidden ? SecretMask.Mask : Masked(value, known);
                }

                return copy;
            case JsonArray items:
                return new JsonArray([.. items.Select(item => Masked(item, known))]);
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                return ErrorText.Fit(value.GetValue<string>(), MaxBytes, known);
            default:
                return node?.DeepClone();
        }
    }
}
