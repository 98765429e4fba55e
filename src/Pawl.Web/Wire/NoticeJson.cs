using System.Text.Json;

namespace Pawl.Web.Wire;

/// <summary>Writes a line for people.</summary>
internal static class NoticeJson
{
    /// <summary>Writes the notice that an event is.</summary>
    public static void Write(Utf8JsonWriter json, EventRecord happened, Job? job)
    {
        json.WriteStartObject();
        json.WriteString("kind", Words.Of(happened.Kind));
        json.WriteString("title", happened.Title);
        json.WriteString("summary", job?.Type);
        json.WriteString("href", job is null ? null : $"jobs/{job.Id}");
        JobJson.Id(json, "job_id", happened.JobId);
        json.WriteBoolean("dedup", false);
        json.WriteEndObject();
    }
}
