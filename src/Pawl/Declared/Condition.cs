using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pawl.Declared;

/// <summary>When points are given: <c>trigger=manual</c>, <c>size=small</c>, <c>days&lt;=7</c>.</summary>
/// <remarks>A name of a member of the payload, or <c>trigger</c>; one of <c>= != &lt; &lt;= &gt; &gt;=</c>; a value. Numbers are compared
/// as numbers, and only numbers have an order. A member that is not there meets no condition but <c>!=</c>.</remarks>
internal sealed partial record Condition(string Name, string Sign, string Value)
{
    public const string Trigger = "trigger";

    /// <summary>Null for anything else.</summary>
    public static Condition? Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
        {
            return null;
        }

        var condition = new Condition(match.Groups["name"].Value, match.Groups["sign"].Value, match.Groups["value"].Value);
        var sound = condition.Name == Trigger
            ? condition.Sign is "=" or "!=" && Words.TryParse<Trigger>(condition.Value, out _)
            : condition.Sign is "=" or "!=" || Number(condition.Value) is not null;
        return sound ? condition : null;
    }

    /// <summary>Whether a payload meets it.</summary>
    public bool Holds(JsonElement payload, Trigger trigger)
    {
        if (Name == Trigger)
        {
            return Words.Of(trigger) == Value == (Sign == "=");
        }

        if (payload.ValueKind != JsonValueKind.Object || !payload.TryGetProperty(Name, out var member))
        {
            return Sign == "!=";
        }

        var text = member.ValueKind switch
        {
            JsonValueKind.String => member.GetString(),
            JsonValueKind.Object or JsonValueKind.Array => null,
            _ => member.GetRawText(),
        };
        var (left, right) = (member.ValueKind == JsonValueKind.Number ? Number(text) : null, Number(Value));
        return Sign switch
        {
            "=" => Equal(),
            "!=" => !Equal(),
            "<" => left < right,
            "<=" => left <= right,
            ">" => left > right,
            _ => left >= right,
        };

        bool Equal() => left is not null && right is not null ? left == right : text == Value;
    }

    private static decimal? Number(string? text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    [GeneratedRegex(
        @"^\s*(?<name>[A-Za-z_][A-Za-z0-9_\-]*)\s*(?<sign>=|!=|<=|>=|<|>)\s*(?<value>\S(?:.*\S)?)\s*$", RegexOptions.NonBacktracking)]
    private static partial Regex Form();
}
