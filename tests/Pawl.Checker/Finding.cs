using System.Text.Json;

namespace Pawl.Checker;

/// <summary>One id behind a number.</summary>
/// <param name="Number">Which number of the output it counts in.</param>
/// <param name="Breach">Which kind, a stable word.</param>
/// <param name="Id">The job, or what it is about.</param>
/// <param name="Shows">The events, rows and lines that show it.</param>
/// <param name="Explained">Whether it is accounted for.</param>
internal sealed record Finding(string Number, string Breach, string Id, string Shows, bool Explained)
{
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("number", Number);
        json.WriteString("breach", Breach);
        json.WriteString("id", Id);
        json.WriteString("shows", Shows);
        json.WriteBoolean("explained", Explained);
        json.WriteEndObject();
    }
}
