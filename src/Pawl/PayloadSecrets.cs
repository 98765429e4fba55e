using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pawl;

/// <summary>The members of a type's payload that are shown to nobody. The rest of a payload stays as it was sent, byte for byte.</summary>
/// <remarks>Case does not count: what a serializer takes for the member must not be shown because somebody wrote it otherwise.</remarks>
internal sealed class PayloadSecrets
{
    private const int MostDepth = 64;
    private static readonly byte[] Nothing = "null"u8.ToArray();
    private static readonly byte[] Hidden = "\"[redacted]\""u8.ToArray();
    private readonly IReadOnlyList<string[]> _paths;

    private PayloadSecrets(IReadOnlyList<string[]> paths) => _paths = paths;

    /// <summary>What stands in a secret's place.</summary>
    public const string Redacted = "[redacted]";

    /// <summary>Where an exception keeps the JSON pointer of what does not fit, within the payload.</summary>
    public const string Pointer = "pointer";

    /// <summary>Members by their names, with dots between those within others; null for none.</summary>
    /// <exception cref="PawlException"><c>name_invalid</c>: an empty name.</exception>
    public static PayloadSecrets? Of(IReadOnlyCollection<string> members)
    {
        var paths = members.Select(static member => member.Split('.')).ToList();
        return paths.Exists(static path => path.Any(string.IsNullOrWhiteSpace))
            ? throw new PawlException("name_invalid", "A secret member is named such as token, or auth.token where it is within another.")
            : paths.Count == 0 ? null : new(paths);
    }

    /// <summary>A payload with its secrets hidden. One that cannot be read is not shown at all.</summary>
    public ReadOnlyMemory<byte> Redact(ReadOnlyMemory<byte> payload)
    {
        try
        {
            var found = Find(payload);
            return found.Count == 0 ? payload : Replaced(payload, found.Select(static one => (one.Range, Hidden)));
        }
        catch (JsonException)
        {
            return Nothing;
        }
    }

    /// <summary>A payload that was shown, edited and sent back: where a secret still reads as it was shown, it is the one of
    /// before.</summary>
    /// <exception cref="PawlException"><c>payload_invalid</c>: there was none in that place.</exception>
    public ReadOnlyMemory<byte> Restore(ReadOnlyMemory<byte> edited, ReadOnlyMemory<byte> before)
    {
        CanonicalJson.Check(edited);
        var hidden = Find(edited).Where(one => IsHidden(edited[one.Range])).ToList();
        if (hidden.Count == 0)
        {
            return edited;
        }

        using var document = JsonDocument.Parse(before, new() { MaxDepth = MostDepth });
        return Replaced(edited, hidden.Select(one => (
            one.Range, Encoding.UTF8.GetBytes((Follow(document.RootElement, one.Path) ?? throw Unknown(one.Path)).GetRawText()))));
    }

    /// <summary>Refuses what was shown in a secret's place as a secret.</summary>
    /// <exception cref="PawlException"><c>payload_invalid</c>.</exception>
    public void Check(ReadOnlyMemory<byte> payload)
    {
        foreach (var (range, path) in Find(payload))
        {
            if (IsHidden(payload[range]))
            {
                throw Unknown(path);
            }
        }
    }

    /// <summary>The texts and numbers that the secrets of a payload hold, to know them again where they are said. None of a payload that
    /// cannot be read.</summary>
    public IReadOnlyList<string> Values(ReadOnlyMemory<byte> payload)
    {
        try
        {
            var values = new List<string>();
            foreach (var (range, _) in Find(payload))
            {
                var reader = new Utf8JsonReader(payload.Span[range], new JsonReaderOptions { MaxDepth = MostDepth });
                while (reader.Read())
                {
                    if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
                    {
                        values.Add(TextOf(ref reader));
                    }
                }
            }

            return values;
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static bool IsHidden(ReadOnlyMemory<byte> value)
    {
        var reader = new Utf8JsonReader(value.Span);
        return reader.Read() && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(Redacted);
    }

    private static PawlException Unknown(IReadOnlyList<Step> path)
    {
        var pointer = string.Concat(path.Select(static step => "/" + (step.Name ?? step.At.ToString(CultureInfo.InvariantCulture))
            .Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)));
        return new("payload_invalid", $"{Shown.Text(pointer)} of the payload is a secret, and {Redacted} is only what is shown in its "
            + "place. Send the secret itself, or leave the member out.")
        {
            Data = { [Pointer] = pointer },
        };
    }

    private static JsonElement? Follow(JsonElement element, IReadOnlyList<Step> path)
    {
        foreach (var (name, at) in path)
        {
            JsonElement? next = (name, element.ValueKind) switch
            {
                (null, JsonValueKind.Array) => at < element.GetArrayLength() ? element[at] : null,
                ({ }, JsonValueKind.Object) => element.TryGetProperty(name, out var same) ? same
                    : element.EnumerateObject().Where(one => Same(one.Name, name)).Select(static one => (JsonElement?)one.Value)
                        .FirstOrDefault(),
                _ => null,
            };
            if (next is not { } known)
            {
                return null;
            }

            element = known;
        }

        return element;
    }

    private static byte[] Replaced(ReadOnlyMemory<byte> payload, IEnumerable<(Range Range, byte[] With)> pieces)
    {
        using var whole = new MemoryStream(payload.Length + 64);
        var from = 0;
        foreach (var (range, with) in pieces)
        {
            whole.Write(payload.Span[from..range.Start.Value]);
            whole.Write(with);
            from = range.End.Value;
        }

        whole.Write(payload.Span[from..]);
        return whole.ToArray();
    }

    private List<(Range Range, Step[] Path)> Find(ReadOnlyMemory<byte> payload)
    {
        var found = new List<(Range, Step[])>();
        var reader = new Utf8JsonReader(payload.Span, new JsonReaderOptions { MaxDepth = MostDepth });
        reader.Read();
        Walk(ref reader, [.. _paths.Select(static path => (path, 0))], [], found);
        return found;
    }

    /// <summary>Goes through a value along what may still be a secret; elements of arrays bear the names of the array.</summary>
    private static void Walk(ref Utf8JsonReader reader, List<(string[] Path, int At)> open, List<Step> here, List<(Range, Step[])> found)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            for (var at = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; at++)
            {
                here.Add(new(null, at));
                Walk(ref reader, open, here, found);
                here.RemoveAt(here.Count - 1);
            }

            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = NameOf(ref reader);
            var next = open.Where(path => Same(path.Path[path.At], name)).Select(static path => (path.Path, At: path.At + 1)).ToList();
            reader.Read();
            if (next.Count == 0)
            {
                reader.Skip();
                continue;
            }

            here.Add(new(name, 0));
            if (next.Exists(static path => path.At == path.Path.Length))
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                found.Add((start..(int)reader.BytesConsumed, [.. here]));
            }
            else
            {
                Walk(ref reader, next, here, found);
            }

            here.RemoveAt(here.Count - 1);
        }
    }

    private static string TextOf(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number ? Encoding.UTF8.GetString(reader.ValueSpan) : NameOf(ref reader);

    private static string NameOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return "";   // half of a surrogate pair, which no declared name has
        }
    }

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    /// <summary>One step on the way to a member: its name, or the place in an array.</summary>
    private readonly record struct Step(string? Name, int At);
}
