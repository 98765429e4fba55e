using System.Text.Json;

namespace Pawl.Storage;

/// <summary>How things were and are, as the audit keeps it.</summary>
internal static class AuditJson
{
    public static string State(JobState state) => $$"""{"state":"{{Words.Of(state)}}"}""";

    public static string? Limit(int? maxRunning) => maxRunning is { } most
        ? Of(json => json.WriteNumber("max_running", most))
        : null;

    public static string Queue(QueueSettings settings) => Of(json =>
    {
        Number(json, "max_running", settings.MaxRunning);
        Number(json, "start_slo_ms", settings.StartTarget?.TotalMilliseconds);
        Number(json, "retry_share", settings.RetryShare);
        Number(json, "ageing_share", settings.AgeingShare);
        Number(json, "ageing_after_ms", settings.AgeingAfter?.TotalMilliseconds);
    });

    public static string Pause(DateTimeOffset? until) => Of(json =>
    {
        json.WriteBoolean("paused", true);
        Time(json, "until", until);
    });

    public static string Job(int priority, string queue, DateTimeOffset runAt) => Of(json =>
    {
        json.WriteNumber("priority", priority);
        json.WriteString("queue", queue);
        Time(json, "run_at", runAt);
    });

    public static string Edit(EditRequest edit) => Of(json =>
    {
        if (edit.Priority is { } priority)
        {
            json.WriteNumber("priority", priority);
        }

        if (edit.Queue is { } queue)
        {
            json.WriteString("queue", queue);
        }

        if (edit.MaxAttempts is { } most)
        {
            json.WriteNumber("max_attempts", most);
        }

        Time(json, "run_at", edit.RunAt);
        Time(json, "start_by", edit.StartBy);
        if (edit.Tags is { } tags)
        {
            json.WriteStartObject("tags");
            foreach (var (name, value) in tags)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }
    });

    public static string Key(AddApiKeyRequest key) => Of(json =>
    {
        json.WriteString("name", key.Name);
        json.WriteString("role", Words.Of(key.Role));
        json.WriteString("prefix", key.Prefix);
        Names(json, "queues", key.Scope.Queues);
        Names(json, "types", key.Scope.Types);
        Time(json, "expires_at", key.ExpiresAt);
    });

    private static string Of(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void Time(Utf8JsonWriter json, string name, DateTimeOffset? at)
    {
        if (at is { } known)
        {
            Rfc3339.Write(json, name, known);
        }
    }

    private static void Names(Utf8JsonWriter json, string name, IReadOnlyList<string>? names)
    {
        if (names is not null)
        {
            json.WriteStartArray(name);
            foreach (var each in names)
            {
                json.WriteStringValue(each);
            }

            json.WriteEndArray();
        }
    }
}
