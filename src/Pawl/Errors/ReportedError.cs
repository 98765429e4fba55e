using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pawl.Errors;

/// <summary>An error that another program reports in words: the last line of a command.</summary>
/// <remarks>
/// It only classifies. A category goes before a status, a status before an exit code; <c>retryable</c> is a hint that says what should
/// follow where the category alone would retry or fail.
/// </remarks>
internal static class ReportedError
{
    /// <summary>The error in a line such as <c>{"error":{"category":"network","code":"dns"}}</c>; null if the line is none.</summary>
    public static ErrorVerdict? FromLine(string? line, StopCause stop)
    {
        if (line is null || !line.AsSpan().TrimStart().StartsWith("{"))
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(line) is JsonObject { Count: 1 } whole && whole["error"] is { } error ? Verdict(error, stop) : null;
        }
        catch (Exception unread) when (unread is JsonException or ArgumentException)
        {
            // No JSON, or a member twice: then it is a line of log.
            return null;
        }
    }

    private static ErrorVerdict? Verdict(JsonNode error, StopCause stop)
    {
        if (error is JsonValue && Text(error) is { } sentence)
        {
            return new() { Category = ErrorCategory.Internal, Rule = "reported", Message = sentence };
        }

        if (error is not JsonObject members)
        {
            return null;
        }

        var exitCode = Number(members["exit_code"]) is { } exit ? (int?)exit : null;
        var status = Number(members["http_status"]) is { } answered ? (int?)answered : null;
        var verdict = Words.TryParse<ErrorCategory>(Text(members["category"]), out var category)
            ? new ErrorVerdict { Category = category, Rule = $"category.{Words.Of(category)}" }
            : status is { } known
                ? HttpStatusRules.Verdict(known, DateTimeOffset.UnixEpoch)
                : (exitCode is { } code ? ExitCodeRules.Verdict(code, stop) : null)
                    ?? new ErrorVerdict { Category = ErrorCategory.Internal, Rule = "reported" };
        return verdict with
        {
            Code = Text(members["code"]) ?? Text(members["errorType"]) ?? verdict.Code,
            Message = Text(members["message"]) ?? verdict.Message,
            Disposition = Hint(members["retryable"], verdict.Category),
            RetryAfter = RetryAfter.Milliseconds(Number(members["retry_after_ms"])) ?? verdict.RetryAfter,
            HttpStatus = status,
            ExitCode = exitCode,
            Detail = members["detail"]?.DeepClone(),
        };
    }

    private static Disposition? Hint(JsonNode? retryable, ErrorCategory category) =>
        retryable is JsonValue value && value.TryGetValue<bool>(out var wanted)
            ? (wanted, ErrorDefaults.Of(category).Disposition) switch
            {
                (true, Disposition.Fail) => Disposition.Retry,
                (false, Disposition.Retry) => Disposition.Fail,
                _ => null,
            }
            : null;

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static double? Number(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<double>(out var number) && double.IsFinite(number) ? number : null;
}
