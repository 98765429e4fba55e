using System.Text.Json;

namespace Pawl.Web.Wire;

/// <summary>Writes a job, member for member.</summary>
internal static class JobJson
{
    /// <summary>The members that a list shows only when asked.</summary>
    public static readonly string[] Optional = ["payload", "result", "priority_reasons", "checkpoint"];

    /// <summary>Writes a job.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="job">The job.</param>
    /// <param name="types">Which members of its payload are secret.</param>
    /// <param name="root">The job at the top of its tree.</param>
    /// <param name="because">Why it does not run although it is queued.</param>
    /// <param name="include">Which of <see cref="Optional"/>; null for all.</param>
    /// <param name="deduplicated">Of a request that creates: whether the job was there before.</param>
    public static void Write(
        Utf8JsonWriter json,
        Job job,
        JobTypes types,
        JobId root,
        string? because = null,
        IReadOnlyCollection<string>? include = null,
        bool? deduplicated = null)
    {
        json.WriteStartObject();
        Id(json, "id", job.Id);
        json.WriteString("type", job.Type);
        json.WriteString("queue", job.Queue);
        json.WriteString("kind", job.Kind);
        Standing(json, job, because);
        Payload(json, job, types, include);
        json.WriteString("degraded", job.Degraded);
        Map(json, "tags", job.Tags);
        json.WriteString("trigger", Words.Of(job.Trigger));
        json.WriteString("requested_by", job.RequestedBy);
        Policy(json, job);
        Instants(json, job);
        Id(json, "worker_id", job.WorkerId);
        ProgressJson.Write(json, "progress", job);
        if (Shows(include, "checkpoint"))
        {
            Checkpoint(json, job.Checkpoint);
        }

        ErrorJson.Write(json, "error", job.Error);
        Relations(json, job, root);
        json.WriteString("traceparent", job.Traceparent);
        json.WriteNumber("row_version", job.RowVersion);
        json.WriteStartObject("links");
        json.WriteString("self", $"jobs/{job.Id}");
        json.WriteEndObject();
        if (deduplicated is { } known)
        {
            json.WriteBoolean("deduplicated", known);
        }

        json.WriteEndObject();
    }

    private static void Standing(Utf8JsonWriter json, Job job, string? because)
    {
        json.WriteString("state", Words.Of(job.State));
        json.WriteString("wait_reason", Words.Of(job.WaitReason));
        json.WriteString("block_reason", Words.Of(job.BlockReason));
        json.WriteString("end_reason", Words.Of(job.EndReason));
        json.WriteString("not_running_because", because ?? (job.State == JobState.Queued ? job.Held : null));
    }

    private static void Payload(Utf8JsonWriter json, Job job, JobTypes types, IReadOnlyCollection<string>? include)
    {
        json.WriteNumber("priority", job.Priority);
        if (Shows(include, "priority_reasons"))
        {
            json.WriteStartArray("priority_reasons");
            foreach (var (points, why) in job.PriorityReasons)
            {
                json.WriteStartObject();
                json.WriteNumber("points", points);
                json.WriteString("why", why);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (Shows(include, "payload"))
        {
            Raw(json, "payload", types.Find(job.Type)?.Hidden is { } secrets ? secrets.Redact(job.Payload) : job.Payload);
        }

        if (Shows(include, "result"))
        {
            Raw(json, "result", job.Result);
        }
    }

    private static void Policy(Utf8JsonWriter json, Job job)
    {
        json.WriteString("unique_key", job.UniqueKey);
        json.WriteString("unique_hold", Words.Of(job.UniqueHold));
        json.WriteString("concurrency_key", job.ConcurrencyKey);
        json.WriteString("on_busy", Words.Of(job.OnBusy));
        json.WriteString("rate_key", job.RateKey);
        json.WriteString("circuit", job.Circuit);
        json.WriteNumber("generation", job.Generation);
        json.WriteNumber("attempt", job.Attempt);
        json.WriteNumber("failures", job.Failures);
        json.WriteNumber("losses", job.Losses);
        json.WriteNumber("max_attempts", job.MaxAttempts);
        Milliseconds(json, "timeout_ms", job.Timeout);
        Milliseconds(json, "grace_ms", job.Grace);
        Number(json, "max_items", job.MaxItems);
        json.WriteString("force", Words.Of(job.Force));
        Map(json, "versions", job.Versions);
    }

    private static void Instants(Utf8JsonWriter json, Job job)
    {
        Times.Write(json, "run_at", job.RunAt);
        Times.Write(json, "start_by", job.StartBy);
        Times.Write(json, "deadline_at", job.DeadlineAt);
        Times.Write(json, "created_at", job.CreatedAt);
        Times.Write(json, "started_at", job.StartedAt);
        Times.Write(json, "ended_at", job.EndedAt);
        Times.Write(json, "cancel_requested_at", job.CancelRequestedAt);
        json.WriteString("cancel_requested_by", job.CancelRequestedBy);
        json.WriteString("cancel_reason", job.CancelReason);
        Times.Write(json, "dismissed_at", job.DismissedAt);
    }

    private static void Relations(Utf8JsonWriter json, Job job, JobId root)
    {
        Id(json, "parent_id", job.ParentId);
        Id(json, "root_id", root);
        json.WriteNull("batch_id");
        json.WriteNull("workflow_id");
        json.WriteNull("schedule_id");
        Id(json, "rerun_of", job.RerunOf);
        json.WriteStartArray("depends_on");
        foreach (var (on, when, onFailed) in job.DependsOn)
        {
            json.WriteStartObject();
            Id(json, "job_id", on);
            json.WriteString("when", Words.Of(when));
            json.WriteString("on_failed", Words.Of(onFailed));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("requires_approval", job.RequiresApproval);
    }

    private static void Checkpoint(Utf8JsonWriter json, JobCheckpoint? checkpoint)
    {
        if (checkpoint is null)
        {
            json.WriteNull("checkpoint");
            return;
        }

        json.WriteStartObject("checkpoint");
        json.WriteNumber("version", checkpoint.Version);
        Number(json, "schema", checkpoint.Schema);
        json.WriteString("cursor_kind", Words.Of(checkpoint.CursorKind));
        json.WriteString("last_item_key", checkpoint.LastItemKey);
        Raw(json, "data", checkpoint.Data);
        Times.Write(json, "saved_at", checkpoint.SavedAt);
        json.WriteEndObject();
    }

    /// <summary>The number of something, as a text; null stays null.</summary>
    public static void Id(Utf8JsonWriter json, string name, long? id)
    {
        if (id is not { } known)
        {
            json.WriteNull(name);
            return;
        }

        Span<byte> text = stackalloc byte[20];
        System.Buffers.Text.Utf8Formatter.TryFormat(known, text, out var length);
        json.WriteString(name, text[..length]);
    }

    /// <summary>The number of a job, as a text; null stays null.</summary>
    public static void Id(Utf8JsonWriter json, string name, JobId? id) => Id(json, name, id?.Value);

    /// <summary>A number; null stays null.</summary>
    public static void Number(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>A length of time in whole milliseconds; null stays null.</summary>
    public static void Milliseconds(Utf8JsonWriter json, string name, TimeSpan? length) =>
        Number(json, name, length is { } known ? (long)Math.Round(known.TotalMilliseconds) : null);

    /// <summary>Names with texts.</summary>
    public static void Map(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> map)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in map)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    /// <summary>JSON as it is kept. What a damaged row holds that is none is shown as null.</summary>
    public static void Raw(Utf8JsonWriter json, string name, ReadOnlyMemory<byte>? bytes)
    {
        json.WritePropertyName(name);
        if (bytes is not { Length: > 0 } known)
        {
            json.WriteNullValue();
            return;
        }

        try
        {
            json.WriteRawValue(known.Span);
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            json.WriteNullValue();
        }
    }

    private static bool Shows(IReadOnlyCollection<string>? include, string member) => include is null || include.Contains(member);
}
