using System.Text.Json;

namespace Pawl.Web.Wire;

/// <summary>One fault in a body: where, which code, what is wrong.</summary>
/// <param name="Pointer">A JSON pointer.</param>
/// <param name="Code">A stable code.</param>
/// <param name="Message">A few words.</param>
internal sealed record PointedFault(string Pointer, string Code, string Message);

/// <summary>Why a request was not done, as RFC 9457 writes it.</summary>
internal sealed record Problem(string Code, string Detail)
{
    /// <summary>The faults of a body.</summary>
    public IReadOnlyList<PointedFault> Errors { get; init; } = [];

    /// <summary>When to come again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Members that only this code has, with a value of null, text, number or list of texts.</summary>
    public IReadOnlyList<(string Name, object? Value)> Extras { get; init; } = [];

    /// <summary>The HTTP status.</summary>
    public int Status => Codes.Status(Code);

    /// <summary>A fault in one member of the body.</summary>
    public static Problem At(string pointer, string code, string detail, params (string, object?)[] extras) =>
        new(code, detail) { Errors = [new(pointer, code, detail)], Extras = extras };

    /// <summary>Writes it.</summary>
    public void Write(Utf8JsonWriter json, string requestId)
    {
        json.WriteStartObject();
        json.WriteString("type", $"urn:pawl:problem:{Code}");
        json.WriteString("title", Codes.Title(Code));
        json.WriteNumber("status", Status);
        json.WriteString("code", Code);
        json.WriteString("detail", Detail);
        json.WriteString("request_id", requestId);
        json.WriteBoolean("retryable", Status is 408 or 429 or 503);
        if (Errors.Count > 0)
        {
            json.WriteStartArray("errors");
            foreach (var fault in Errors)
            {
                json.WriteStartObject();
                json.WriteString("pointer", fault.Pointer);
                json.WriteString("code", fault.Code);
                json.WriteString("message", fault.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (RetryAfter is { } wait)
        {
            json.WriteNumber("retry_after_ms", (long)wait.TotalMilliseconds);
        }

        foreach (var (name, value) in Extras)
        {
            json.WritePropertyName(name);
            Write(json, value);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case JobId id:
                json.WriteStringValue(id.ToString());
                break;
            case IEnumerable<string> texts:
                json.WriteStartArray();
                foreach (var text in texts)
                {
                    json.WriteStringValue(text);
                }

                json.WriteEndArray();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(value), value, "A problem has texts, numbers and lists of texts.");
        }
    }
}
