using System.Text.Json;

namespace Pawl.Cli.Client;

/// <summary>Turns a refusal of the server (RFC 9457) into a line for people and an exit code.</summary>
internal static class Problem
{
    public static CliException Of(int status, ReadOnlySpan<byte> body, bool hasKey)
    {
        if (Parse(body) is not { } json)
        {
            return new("answer_invalid", $"the server answered {status} without a word of Pawl", "is --url right?",
                ExitCode.OfStatus(status));
        }

        using (json)
        {
            var root = json.RootElement;
            var code = Text(root, "code") ?? "internal";
            var detail = Text(root, "detail") ?? Text(root, "title") ?? $"the server answered {status}";
            var hint = Hint(root, code, hasKey, ref detail);
            return new(code, detail + Places(root, code, detail), hint, ExitCode.OfStatus(status))
            {
                RequestId = Text(root, "request_id"),
            };
        }
    }

    private static JsonDocument? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            var json = JsonDocument.Parse(body.ToArray());
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("code", out _))
            {
                return json;
            }

            json.Dispose();
        }
        catch (JsonException)
        {
            // not ours
        }

        return null;
    }

    /// <summary>Where several members are wrong, or the sentence does not name the one.</summary>
    private static string Places(JsonElement root, string code, string detail)
    {
        if (!root.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Array)
        {
            return "";
        }

        if (errors.GetArrayLength() == 1 && Text(errors[0], "code") == code && (root.TryGetProperty("nearest", out _)
            || Text(errors[0], "message") is not { } only || detail.Contains(only, StringComparison.Ordinal)))
        {
            return "";   // the sentence says it all
        }

        var places = errors.EnumerateArray()
            .Select(error => (Pointer: Text(error, "pointer"), Message: Text(error, "message")))
            .Where(error => error.Pointer is { Length: > 0 } pointer && !detail.Contains(pointer, StringComparison.Ordinal))
            .Take(3)
            .Select(error => error.Message is null ? error.Pointer! : $"{error.Pointer}: {error.Message}")
            .ToList();
        return places.Count == 0 ? "" : $" ({string.Join("; ", places)})";
    }

    private static string? Hint(JsonElement root, string code, bool hasKey, ref string detail)
    {
        if (root.TryGetProperty("nearest", out var nearest))
        {
            var first = nearest.ValueKind == JsonValueKind.Array
                ? nearest.EnumerateArray().Select(name => name.GetString()).FirstOrDefault()
                : nearest.ValueKind == JsonValueKind.String ? nearest.GetString() : null;
            if (first is { Length: > 0 })
            {
                var asked = detail.IndexOf(" Did you mean", StringComparison.OrdinalIgnoreCase);
                detail = asked > 0 ? detail[..asked] : detail;
                return $"did you mean '{first}'?";
            }
        }

        if (root.TryGetProperty("retry_after_ms", out var wait) && wait.TryGetInt64(out var ms) && ms > 0)
        {
            return $"ask again in {Durations.Format(TimeSpan.FromMilliseconds(ms))}";
        }

        return code switch
        {
            "unauthenticated" when !hasKey =>
                "give a key with --token-file or PAWL_TOKEN; pawl serve notes its own for this user in profiles.json",
            "unauthenticated" => "the key is unknown, expired or revoked; pawl config show tells where it came from",
            "forbidden" when Text(root, "needs") is { } needs => $"it takes a key with the role {needs}",
            "not_found" => "a key sees only the queues and types it is limited to",
            "not_retryable" => "cure the cause, then say --force",
            "bulk_too_many" => "narrow the query, or raise --max",
            "already_succeeded" => "pawl jobs run-again makes a new job from it",
            "row_version_mismatch" => "somebody changed it meanwhile; ask again",
            "payload_invalid" => "pawl types get TYPE -o json shows the schema of its payload",
            "idempotency_conflict" => "that key was used for another request; give a new one, or leave it out",
            _ => null,
        };
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
