using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Pawl.Declared;

/// <summary>The lines by which a command speaks to Pawl: progress, checkpoint, item, artifact, log, result, error.</summary>
internal sealed class CommandWords(DeclaredAttempt attempt, WorkingFolder folder)
{
    private const int MostFields = 32;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = Bounds.MaxDepth, AllowDuplicateProperties = false };

    private JsonElement? _result;

    /// <summary>The last error it reported, as the line.</summary>
    public string? Error { get; private set; }

    /// <summary>What it said that makes a success impossible.</summary>
    public JobException? Fault { get; private set; }

    /// <summary>Whether a line is worth a look.</summary>
    public static bool MayBe(ReadOnlySpan<byte> line)
    {
        var trimmed = line.Trim(" \t"u8);
        return trimmed is [(byte)'{', .., (byte)'}'];
    }

    /// <summary>Does what a line says. False when it is a line of log.</summary>
    /// <exception cref="PawlException">It is meant for Pawl, and cannot be done.</exception>
    public async ValueTask<bool> TryAsync(ReadOnlyMemory<byte> line)
    {
        using var document = Parse(line);
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } whole || whole.GetPropertyCount() != 1)
        {
            return false;
        }

        var (word, value) = whole.EnumerateObject().Select(member => (member.Name, member.Value)).First();
        switch (word)
        {
            case "progress":
                Progress(Object(value, word));
                return true;
            case "checkpoint":
                await CheckpointAsync(Object(value, word));
                return true;
            case "item":
                Item(Object(value, word));
                return true;
            case "artifact":
                await ArtifactAsync(Object(value, word));
                return true;
            case "log":
                Log(Object(value, word));
                return true;
            case "result":
                _result = value.Clone();
                return true;
            case "error" when value.ValueKind is JsonValueKind.Object or JsonValueKind.String:
                Error = Encoding.UTF8.GetString(line.Span);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Hands on the last result.</summary>
    /// <exception cref="JobException"><c>result_too_large</c>.</exception>
    public void Finish()
    {
        try
        {
            if (_result is { } result)
            {
                attempt.Job.Result(result);
            }
        }
        catch (PawlException fault)
        {
            throw new JobException(ErrorCategory.TooLarge, fault.Message, fault.Code, innerException: fault);
        }
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonDocument.Parse(line, Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Progress(JsonElement progress)
    {
        var message = Text(progress, "message");
        var (done, total) = (Whole(progress, "done"), Whole(progress, "total"));
        var (failed, skipped) = (Whole(progress, "failed"), Whole(progress, "skipped"));
        attempt.Job.Progress(done ?? attempt.Job.CurrentProgress.Done, total, message, failed, skipped);
    }

    private async Task CheckpointAsync(JsonElement checkpoint)
    {
        var data = checkpoint.TryGetProperty("data", out var given) ? given : throw Wrong("checkpoint", "data is missing");
        var cursor = Text(checkpoint, "cursor_kind") is not { } word ? CursorKind.Sorted
            : Words.TryParse<CursorKind>(word, out var known) ? known
            : throw Wrong("checkpoint", "cursor_kind is sorted, unsorted or page");
        var schema = Whole(checkpoint, "schema");
        try
        {
            await attempt.Job.SaveAsync(
                data,
                new CheckpointOptions
                {
                    Schema = schema is null ? null : checked((int)Math.Min(schema.Value, int.MaxValue)),
                    CursorKind = cursor,
                    LastItemKey = Text(checkpoint, "last_item_key"),
                },
                attempt.Job.CancellationToken);
        }
        catch (PawlException fault) when (fault.Code == "checkpoint_too_large")
        {
            // Not to be passed over: the next attempt would go on from an older one without a word.
            Fault = new(ErrorCategory.TooLarge, fault.Message, fault.Code, innerException: fault);
            throw;
        }
    }

    private void Item(JsonElement item)
    {
        var dataset = Text(item, "dataset") ?? throw Wrong("item", "dataset is missing");
        var key = Text(item, "key") ?? throw Wrong("item", "key is missing");
        var id = new ItemId(key, Text(item, "input_hash"), Text(item, "upstream_hash"));
        var ledger = attempt.Job.Items(dataset);
        switch (Text(item, "outcome"))
        {
            case "succeeded":
                ledger.Record(id, Output(item));
                break;
            case "failed":
                ledger.RecordFailure(id, ErrorOf(item));
                break;
            case "skipped":
                ledger.RecordSkip(id);
                break;
            default:
                throw Wrong("item", "outcome is succeeded, failed or skipped");
        }
    }

    private static ItemOutput Output(JsonElement item) => new()
    {
        OutputHash = Text(item, "output_hash"),
        Outputs = item.TryGetProperty("outputs", out var outputs) && outputs.ValueKind != JsonValueKind.Null
            ? Encoding.UTF8.GetBytes(outputs.GetRawText())
            : null,
        Metrics = item.TryGetProperty("metrics", out var metrics) && metrics.ValueKind == JsonValueKind.Object
            ? metrics.EnumerateObject()
                .Where(each => each.Value.ValueKind == JsonValueKind.Number && each.Value.TryGetDouble(out _))
                .ToDictionary(each => each.Name, each => each.Value.GetDouble(), StringComparer.Ordinal)
            : null,
    };

    private static JobException ErrorOf(JsonElement item)
    {
        if (!item.TryGetProperty("error", out var error) || error.ValueKind != JsonValueKind.Object)
        {
            var words = item.TryGetProperty("error", out error) && error.ValueKind == JsonValueKind.String ? error.GetString() : null;
            return new(ErrorCategory.Internal, words ?? "The command reported the item as failed.");
        }

        var category = Words.TryParse<ErrorCategory>(Text(error, "category"), out var known) ? known : ErrorCategory.Internal;
        return new(category, Text(error, "message"), Text(error, "code"));
    }

    private async Task ArtifactAsync(JsonElement artifact)
    {
        var name = Text(artifact, "name") ?? throw Wrong("artifact", "name is missing");
        var path = Text(artifact, "path") ?? throw Wrong("artifact", "path is missing");
        try
        {
            await using var file = folder.Open(path);
            await attempt.Job.AttachAsync(name, file, Text(artifact, "media_type"), attempt.Job.CancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new PawlException("path_invalid", $"The file {Shown.Text(path)} is not taken as an artifact: {fault.Message}", fault);
        }
    }

    [SuppressMessage("Usage", "CA2254", Justification = "The words are the command's.")]
    private void Log(JsonElement log)
    {
        var message = Text(log, "message") ?? throw Wrong("log", "message is missing");
        var level = Text(log, "level") switch
        {
            null or "information" or "info" => LogLevel.Information,
            "trace" => LogLevel.Trace,
            "debug" => LogLevel.Debug,
            "warning" or "warn" => LogLevel.Warning,
            "error" => LogLevel.Error,
            "critical" or "fatal" => LogLevel.Critical,
            var word => throw Wrong("log", $"level is trace, debug, information, warning, error or critical, but was {Shown.Text(word)}"),
        };
        List<KeyValuePair<string, object?>> fields = [];
        if (log.TryGetProperty("fields", out var given) && given.ValueKind == JsonValueKind.Object)
        {
            fields.AddRange(given.EnumerateObject().Take(MostFields).Select(field => KeyValuePair.Create(field.Name, Plain(field.Value))));
        }

        attempt.Log.Log(level, default, fields, null, (_, _) => message);
    }

    private static object? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        JsonValueKind.Number when value.TryGetInt64(out var whole) => whole,
        JsonValueKind.Number when value.TryGetDouble(out var number) => number,
        _ => value.GetRawText(),
    };

    private static JsonElement Object(JsonElement value, string word) =>
        value.ValueKind == JsonValueKind.Object ? value : throw Wrong(word, "it is an object");

    private static string? Text(JsonElement from, string name) =>
        !from.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Wrong(name, "it is a text");

    private static long? Whole(JsonElement from, string name) =>
        !from.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number
        : throw Wrong(name, "it is a whole number");

    private static PawlException Wrong(string word, string why) => new("protocol_invalid", $"{word}: {why}.");
}
