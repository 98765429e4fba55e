using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pawl.Web.Tests;

/// <summary>Whether a value fits a schema, as far as our schemas go: type, properties, required, additionalProperties, items, enum,
/// pattern, anyOf, $ref, format date-time.</summary>
internal static partial class JsonSchema
{
    private static readonly string[] Known =
    [
        "type", "properties", "required", "additionalProperties", "items", "enum", "pattern", "anyOf", "$ref", "format", "description",
    ];

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")]
    private static partial Regex Time();

    /// <summary>What does not fit and where; null when all does.</summary>
    public static string? Fault(JsonNode schema, JsonElement value, string at, Func<string, JsonNode> find)
    {
        var rules = schema.AsObject();
        if (rules.FirstOrDefault(rule => !Known.Contains(rule.Key)).Key is { } unknown)
        {
            return $"{at}: this check does not know '{unknown}'";
        }

        if (rules["$ref"] is { } reference)
        {
            return Fault(find(((string)reference!).Split('/')[^1]), value, at, find);
        }

        if (rules["anyOf"] is JsonArray any)
        {
            var faults = any.Select(one => Fault(one!, value, at, find)).ToList();
            return faults.Contains(null) ? null : string.Join(" or ", faults);
        }

        if (rules["type"] is { } type && !Types(type).Any(one => Is(one, value)))
        {
            return $"{at} is {value.ValueKind}, not {type.ToJsonString()}";
        }

        if (rules["enum"] is JsonArray words && !words.Any(word => Same(word, value)))
        {
            return $"{at} is {value.GetRawText()}, none of {words.ToJsonString()}";
        }

        if (rules["pattern"] is { } pattern && value.ValueKind == JsonValueKind.String
            && !Regex.IsMatch(value.GetString()!, (string)pattern!, RegexOptions.None, TimeSpan.FromSeconds(1)))
        {
            return $"{at} is {value.GetRawText()}, not {pattern}";
        }

        if ((string?)rules["format"] == "date-time" && value.ValueKind == JsonValueKind.String && !Time().IsMatch(value.GetString()!))
        {
            return $"{at} is {value.GetRawText()}, not UTC with microseconds";
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => Members(rules, value, at, find),
            JsonValueKind.Array when rules["items"] is { } items => value.EnumerateArray()
                .Select((each, index) => Fault(items, each, $"{at}/{index}", find))
                .FirstOrDefault(fault => fault is not null),
            _ => null,
        };
    }

    private static string? Members(JsonObject rules, JsonElement value, string at, Func<string, JsonNode> find)
    {
        foreach (var name in rules["required"]?.AsArray() ?? [])
        {
            if (!value.TryGetProperty((string)name!, out _))
            {
                return $"{at}/{name} is missing";
            }
        }

        foreach (var member in value.EnumerateObject())
        {
            var place = $"{at}/{member.Name}";
            var rule = rules["properties"]?[member.Name];
            var fault = (rule, rules["additionalProperties"]) switch
            {
                ({ } known, _) => Fault(known, member.Value, place, find),
                (_, JsonObject others) => Fault(others, member.Value, place, find),
                (_, JsonValue closed) when !(bool)closed => $"{place} is not in the document",
                _ => null,
            };
            if (fault is not null)
            {
                return fault;
            }
        }

        return null;
    }

    private static IEnumerable<string> Types(JsonNode type) =>
        type is JsonArray all ? all.Select(one => (string)one!) : [(string)type!];

    private static bool Is(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "array" => value.ValueKind == JsonValueKind.Array,
        _ => value.ValueKind == JsonValueKind.Object,
    };

    private static bool Same(JsonNode? word, JsonElement value) =>
        word is null
            ? value.ValueKind == JsonValueKind.Null
            : value.ValueKind == JsonValueKind.String && value.GetString() == (string)word!;
}
