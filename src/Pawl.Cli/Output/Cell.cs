using System.Globalization;
using System.Text.Json;

namespace Pawl.Cli.Output;

/// <summary>A value of the API as one safe piece of text.</summary>
internal static class Cell
{
    public static string Of(JsonElement value, Holds holds, Times times) => (value.ValueKind, holds) switch
    {
        (JsonValueKind.Null or JsonValueKind.Undefined, _) => "",
        (JsonValueKind.True, _) => "yes",
        (JsonValueKind.False, _) => "no",
        (JsonValueKind.String, Holds.Time) => times.Point(value.GetString()!),
        (JsonValueKind.String, _) => Escape.Line(Text(value)),
        (JsonValueKind.Number, Holds.Milliseconds) => Times.Length(TimeSpan.FromMilliseconds(value.GetDouble())),
        (JsonValueKind.Number, Holds.Share) => string.Create(CultureInfo.InvariantCulture, $"{value.GetDouble() * 100:0}%"),
        (JsonValueKind.Array, Holds.List) => string.Join(',', value.EnumerateArray().Select(item => Of(item, Holds.Text, times))),
        (JsonValueKind.Array, Holds.Number) => value.GetArrayLength().ToString(CultureInfo.InvariantCulture),
        (JsonValueKind.Object, Holds.List) => string.Join(',', value.EnumerateObject().Select(part =>
            $"{Escape.Line(part.Name)}={Of(part.Value, Holds.Text, times)}")),
        _ => Escape.Line(value.GetRawText()),
    };

    /// <summary>The text of a JSON string, also where it holds half of a surrogate pair.</summary>
    public static string Text(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return value.GetRawText();
        }
    }
}
