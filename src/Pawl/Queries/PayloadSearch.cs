using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Pawl.Queries;

/// <summary>Looks for a value in a payload: down a path of member names, into each element of the arrays on its way.</summary>
internal static class PayloadSearch
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64, CommentHandling = JsonCommentHandling.Disallow };

    public static bool Finds(ReadOnlySpan<byte> payload, IReadOnlyList<string> path, Value value)
    {
        try
        {
            var reader = new Utf8JsonReader(payload, Options);
            return reader.Read() && Finds(ref reader, path, 0, value);
        }
        catch (JsonException)
        {
            return false;   // somebody damaged it
        }
        catch (InvalidOperationException)
        {
            return false;   // a text in it is no UTF-16: half a surrogate
        }
    }

    private static bool Finds(ref Utf8JsonReader reader, IReadOnlyList<string> path, int at, Value value)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return at < path.Count ? InMembers(ref reader, path, at, value) : Pass(ref reader);
            case JsonTokenType.StartArray:
                return InElements(ref reader, path, at, value);
            default:
                return at == path.Count && Fits(ref reader, value);
        }
    }

    private static bool InMembers(ref Utf8JsonReader reader, IReadOnlyList<string> path, int at, Value value)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var named = reader.ValueTextEquals(path[at]);
            reader.Read();
            if (named)
            {
                if (Finds(ref reader, path, at + 1, value))
                {
                    return true;
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return false;
    }

    /// <summary>A name that is a number means the element at that place, from 0, or a member of that name in any.</summary>
    private static bool InElements(ref Utf8JsonReader reader, IReadOnlyList<string> path, int at, Value value)
    {
        int? place = at < path.Count && int.TryParse(path[at], out var number) ? number : null;
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            var copy = reader;
            if (index == place && Finds(ref copy, path, at + 1, value))
            {
                return true;
            }

            // An array within an array is no element that could be equal.
            if (at == path.Count && reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject ? Pass(ref reader)
                : Finds(ref reader, path, at, value))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Pass(ref Utf8JsonReader reader)
    {
        reader.Skip();
        return false;
    }

    private static bool Fits(ref Utf8JsonReader reader, Value value)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return value.Between is { } between ? between.Holds(reader.GetString()!)
                : value.Prefix ? value.Fits(reader.GetString())
                : reader.ValueTextEquals(value.Utf8);
        }

        var raw = reader.ValueSpan;   // of numbers and of true, false and null
        if (reader.TokenType != JsonTokenType.Number)
        {
            return value.Between is null && (value.Prefix ? raw.StartsWith(value.Utf8) : raw.SequenceEqual(value.Utf8));
        }

        if (value.Between is { } range)
        {
            return Number(raw) is { } known && range.Holds(known);
        }

        return value.Prefix ? raw.StartsWith(value.Utf8)
            : raw.SequenceEqual(value.Utf8) || (value.Number is { } number && Number(raw) == number);
    }

    private static decimal? Number(ReadOnlySpan<byte> raw) =>
        Utf8Parser.TryParse(raw, out decimal number, out var read) && read == raw.Length ? number
            : Numbers.Read(Encoding.ASCII.GetString(raw));
}
