using System.Text.Json;

namespace Pawl.Web.Wire;

/// <summary>Writes what went wrong.</summary>
internal static class ErrorJson
{
    /// <summary>Writes an error; null stays null.</summary>
    public static void Write(Utf8JsonWriter json, string name, JobError? error, bool stack = false)
    {
        if (error is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("category", Words.Of(error.Category));
        json.WriteString("code", error.Code);
        json.WriteString("message", error.Message);
        json.WritePropertyName("detail");
        if (error.Detail is { } detail)
        {
            detail.WriteTo(json);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteString("disposition", Words.Of(error.Disposition));
        json.WriteString("rule", error.Rule);
        JobJson.Milliseconds(json, "retry_after_ms", error.RetryAfter);
        JobJson.Number(json, "http_status", error.HttpStatus);
        JobJson.Number(json, "exit_code", error.ExitCode);
        json.WriteString("exception", error.Exception);
        json.WriteString("fingerprint", error.Fingerprint);
        Times.Write(json, "occurred_at", error.OccurredAt);
        if (stack)
        {
            json.WriteString("stack", error.Stack);
        }

        json.WriteEndObject();
    }
}
