using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Pawl.Maintenance;

/// <summary>A health check as its event keeps it.</summary>
internal static class HealthJson
{
    public static string Of(HealthOverview overview)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Write(json, overview.Overall, "queue");
            json.WriteStartArray("queues");
            foreach (var queue in overview.Queues)
            {
                json.WriteStartObject();
                Write(json, queue, "name");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("connection_failures", overview.ConnectionFailures);
            json.WriteBoolean("waiting_for_schema", overview.WaitingForSchema);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, HealthReport report, string name)
    {
        json.WriteString(name, report.Queue);
        json.WriteNumber("score", report.Score);
        json.WriteString("state", Words.Of(report.Grade));
        json.WriteStartArray("deductions");
        foreach (var deduction in report.Deductions)
        {
            json.WriteStartObject();
            json.WriteString("name", deduction.Name);
            json.WriteNumber("points", deduction.Points);
            json.WriteString("because", deduction.Because);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
