using System.Text.Json;

namespace Pawl.Checker;

/// <summary>A value of the run and the most it may be.</summary>
internal sealed record Bound(string Name, double Value, double Limit, string Shows)
{
    public bool Held => Value <= Limit;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", Name);
        json.WriteNumber("value", Value);
        json.WriteNumber("limit", Limit);
        json.WriteBoolean("held", Held);
        json.WriteString("shows", Shows);
        json.WriteEndObject();
    }
}
