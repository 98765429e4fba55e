using System.Globalization;
using System.Text.Json;

namespace Pawl.Web.Wire;

/// <summary>Writes what is on record of a job: attempts, events, artifacts, items.</summary>
internal static class RecordJson
{
    private const long AttemptsPerJob = 1_000_000;

    /// <summary>The number of an attempt on the wire, which says the job and which of its attempts.</summary>
    public static long AttemptId(JobId job, int attempt) => (job.Value * AttemptsPerJob) + attempt;

    /// <summary>Writes an attempt.</summary>
    public static void Attempt(Utf8JsonWriter json, JobAttempt attempt, DateTimeOffset? lastProgressAt)
    {
        json.WriteStartObject();
        JobJson.Id(json, "id", AttemptId(attempt.JobId, attempt.Attempt));
        JobJson.Id(json, "job_id", attempt.JobId);
        json.WriteNumber("attempt", attempt.Attempt);
        json.WriteNumber("generation", attempt.Generation);
        json.WriteString("outcome", Words.Of(attempt.Outcome));
        JobJson.Id(json, "worker_id", attempt.WorkerId);
        Times.Write(json, "started_at", attempt.StartedAt);
        Times.Write(json, "last_progress_at", lastProgressAt);
        Times.Write(json, "ended_at", attempt.EndedAt);
        JobJson.Milliseconds(json, "wait_ms", attempt.Wait);
        JobJson.Milliseconds(json, "run_ms", attempt.Run);
        ErrorJson.Write(json, "error", attempt.Error, stack: true);
        Times.Write(json, "next_run_at", attempt.NextRunAt);
        json.WriteString("rule", attempt.Rule);
        json.WriteNumber("log_bytes", attempt.LogBytes);
        if (attempt.Recovery is { } recovery)
        {
            json.WriteStartObject("recovery");
            JobJson.Id(json, "recovery_id", recovery.RecoveryId);
            json.WriteString("rule", recovery.Rule);
            json.WriteString("by", recovery.By);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("recovery");
        }

        json.WriteEndObject();
    }

    /// <summary>Writes an event.</summary>
    public static void Event(Utf8JsonWriter json, EventRecord happened)
    {
        json.WriteStartObject();
        json.WriteString("seq", happened.Seq.ToString(CultureInfo.InvariantCulture));
        Times.Write(json, "at", happened.At);
        json.WriteString("kind", Words.Of(happened.Kind));
        JobJson.Id(json, "job_id", happened.JobId);
        json.WriteNumber("generation", happened.Generation);
        json.WriteNumber("attempt", happened.Attempt);
        json.WriteString("actor", happened.Actor);
        json.WriteString("from", Words.Of(happened.From));
        json.WriteString("to", Words.Of(happened.To));
        json.WriteString("reason", happened.Reason);
        json.WriteString("title", happened.Title);
        json.WriteNull("summary");
        json.WriteString("href", happened is { Title: not null, JobId: { } job } ? $"jobs/{job}" : null);
        json.WriteBoolean("dedup", false);
        JobJson.Raw(json, "data", happened.Data is { } data ? System.Text.Encoding.UTF8.GetBytes(data) : null);
        json.WriteEndObject();
    }

    /// <summary>Writes an artifact.</summary>
    public static void Artifact(Utf8JsonWriter json, Artifact artifact)
    {
        json.WriteStartObject();
        json.WriteString("name", artifact.Name);
        json.WriteNumber("bytes", artifact.Bytes);
        json.WriteString("sha256", artifact.Sha256);
        json.WriteString("media_type", artifact.MediaType);
        json.WriteNumber("attempt", artifact.Attempt);
        Times.Write(json, "created_at", artifact.CreatedAt);
        json.WriteEndObject();
    }

    /// <summary>Writes a recorded run of an item.</summary>
    public static void Item(Utf8JsonWriter json, ItemRun run)
    {
        var result = run.Result;
        json.WriteStartObject();
        json.WriteString("dataset", result.Dataset);
        json.WriteString("key", result.Key);
        json.WriteString("outcome", Words.Of(result.Outcome));
        JobJson.Id(json, "job_id", run.JobId);
        json.WriteNumber("attempt", run.Attempt);
        json.WriteString("input_hash", result.InputHash);
        json.WriteString("output_hash", result.OutputHash);
        ErrorJson.Write(json, "error", result.Error);
        JobJson.Raw(json, "outputs", result.Outputs);
        Metrics(json, result.Metrics);
        Times.Write(json, "at", run.At);
        json.WriteEndObject();
    }

    /// <summary>Writes numbers about an item.</summary>
    public static void Metrics(Utf8JsonWriter json, IReadOnlyDictionary<string, double>? metrics)
    {
        json.WriteStartObject("metrics");
        foreach (var (name, value) in metrics ?? new Dictionary<string, double>())
        {
            json.WritePropertyName(name);
            if (double.IsFinite(value))
            {
                json.WriteNumberValue(value);
            }
            else
            {
                json.WriteNullValue();
            }
        }

        json.WriteEndObject();
    }
}
