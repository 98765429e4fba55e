using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pawl.Maintenance;

/// <summary>A recovery run as its event keeps it: the <c>recovery</c> of the model.</summary>
internal static class RecoveryJson
{
    public static string Of(RecoveryRun run)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", run.Id.ToString(CultureInfo.InvariantCulture));
            json.WriteString("type", Words.Of(run.Kind));
            json.WriteString("trigger", Words.Of(run.Trigger));
            json.WriteBoolean("dry_run", run.DryRun);
            json.WriteBoolean("success", run.Success);
            json.WriteStartObject("result");
            json.WriteNumber("recovered_jobs", run.RecoveredJobs);
            json.WriteNumber("failed_recoveries", run.FailedRecoveries);
            json.WriteNumber("skipped_jobs", run.SkippedJobs);
            json.WriteStartArray("errors");
            foreach (var error in run.Errors)
            {
                json.WriteStartObject();
                json.WriteString("job_id", error.JobId?.ToString());
                json.WriteString("code", error.Code);
                json.WriteString("message", error.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("jobs");
            foreach (var job in run.Jobs)
            {
                json.WriteStartObject();
                json.WriteString("job_id", job.JobId.ToString());
                json.WriteString("action", Words.Of(job.Action));
                json.WriteString("rule", Words.Of(job.Rule));
                json.WriteString("reason", job.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteString("message", run.Message);
            json.WriteString("started_at", Rfc3339.Text(run.StartedAt));
            json.WriteString("ended_at", Rfc3339.Text(run.EndedAt));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
