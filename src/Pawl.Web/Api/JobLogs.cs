using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Shows the log of one attempt, by byte offset.</summary>
internal static class JobLogs
{
    private const int MostWait = 30;
    private const int PageBytes = 65_536;
    private static readonly string[] Levels = ["trace", "debug", "information", "warning", "error", "critical"];

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/api/jobs/{id}/logs", Need.Viewer, LogsAsync)
        {
            Does = "Shows the log of one attempt: lines as JSON, or the bytes as text/plain.", Slow = true,
            Query =
            [
                new("attempt", "Which; default the latest.", "integer"),
                new("after", "From this byte on; default 0.", "integer"),
                new("limit", "At most so many lines, 1 to 500; default 500.", "integer"),
                new("level", "Only lines of this level and above: trace, debug, information, warning, error or critical."),
                new("wait", "0 to 30: how many seconds to wait for a line.", "integer"),
            ],
            Answers = [new(200, "LogPart"), new(200, null, "text/plain")],
        },
    ];

    private static async Task LogsAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        var attempt = (int?)call.Number("attempt", 1, int.MaxValue) ?? job.Attempt;
        var (after, limit) = (call.Number("after", 0, long.MaxValue) ?? 0, call.Limit(500));
        var wait = TimeSpan.FromSeconds(call.Number("wait", 0, MostWait) ?? 0);
        var level = LevelOf(call);
        if (attempt > job.Attempt)
        {
            throw Call.NotFound();
        }

        if (WantsText(call.Http.Request))
        {
            await TextAsync(call, job, attempt, after).ConfigureAwait(false);
            return;
        }

        var part = attempt == 0
            ? new Part([], after, Transitions.IsTerminal(job.State))
            : await Waiting.ForAsync(
                call, wait, () => ReadAsync(call, job, attempt, after, limit, level), static part => part.Lines.Count > 0 || part.Ended)
                .ConfigureAwait(false);
        await call.JsonAsync(200, json => Write(json, attempt, part)).ConfigureAwait(false);
    }

    private static async Task<Part> ReadAsync(Call call, Job job, int attempt, long after, int limit, int level)
    {
        var (lines, next) = (new List<Line>(), after);
        while (true)
        {
            var page = await call.Site.Store.LogAsync(new(job.Id, attempt, next, PageBytes), call.Cancelled).ConfigureAwait(false);
            foreach (var line in LinesOf(page.Text, next))
            {
                if (lines.Count == limit)
                {
                    return new(lines, line.Offset, false);
                }

                if (level < 0 || line.Level >= level)
                {
                    lines.Add(line);
                }
            }

            var moved = page.NextOffset > next;
            next = page.NextOffset;
            if (!moved)
            {
                return new(lines, next, page.Ended);
            }
        }
    }

    private static IEnumerable<Line> LinesOf(ReadOnlyMemory<byte> text, long offset)
    {
        while (text.Length > 0)
        {
            var end = text.Span.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            if (line.Length > 0)
            {
                yield return Line.Of(line, offset);
            }

            var taken = end < 0 ? text.Length : end + 1;
            text = text[taken..];
            offset += taken;
        }
    }

    private static void Write(Utf8JsonWriter json, int attempt, Part part)
    {
        json.WriteStartObject();
        json.WriteNumber("attempt", attempt);
        json.WriteStartArray("items");
        foreach (var line in part.Lines)
        {
            json.WriteStartObject();
            json.WriteNumber("offset", line.Offset);
            json.WriteString("at", line.At);
            json.WriteString("level", line.Word);
            json.WriteString("message", line.Message);
            json.WritePropertyName("fields");
            json.WriteRawValue(line.Fields, skipInputValidation: true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("next_offset", part.Next);
        json.WriteBoolean("ended", part.Ended);
        json.WriteEndObject();
    }

    private static async Task TextAsync(Call call, Job job, int attempt, long after)
    {
        var reply = call.Http.Response;
        reply.StatusCode = 200;
        reply.ContentType = "text/plain; charset=utf-8";
        reply.Headers.ContentSecurityPolicy = "sandbox";
        if (attempt == 0 || HttpMethods.IsHead(call.Http.Request.Method))
        {
            return;
        }

        for (var next = after; ;)
        {
            var page = await call.Site.Store.LogAsync(new(job.Id, attempt, next, PageBytes), call.Cancelled).ConfigureAwait(false);
            if (page.NextOffset <= next)
            {
                return;
            }

            await reply.Body.WriteAsync(page.Text, call.Cancelled).ConfigureAwait(false);
            next = page.NextOffset;
        }
    }

    private static bool WantsText(HttpRequest request) =>
        request.GetTypedHeaders().Accept is { Count: > 0 } accepted
        && accepted.OrderByDescending(type => type.Quality ?? 1).First().MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase);

    private static int LevelOf(Call call)
    {
        if (call.Query("level") is not { } word)
        {
            return -1;
        }

        return Array.IndexOf(Levels, word) is var level and >= 0
            ? level
            : throw Fields.Fault(
                "?level", "out_of_range", $"The level is one of {string.Join(", ", Levels)}, but was {Shown.Text(word)}.");
    }

    private sealed record Part(IReadOnlyList<Line> Lines, long Next, bool Ended);

    /// <summary>One line of a log. What is no line of ours is shown as it is.</summary>
    private sealed record Line(long Offset, string? At, string Word, string Message, string Fields)
    {
        public int Level => Array.IndexOf(Levels, Word) is var known and >= 0 ? known : 2;

        public static Line Of(ReadOnlyMemory<byte> bytes, long offset)
        {
            try
            {
                using var document = JsonDocument.Parse(bytes);
                var root = document.RootElement;
                if (root.ValueKind == JsonValueKind.Object)
                {
                    return new(
                        offset,
                        Text(root, "at"),
                        Text(root, "level") ?? "information",
                        Text(root, "message") ?? "",
                        root.TryGetProperty("fields", out var fields) && fields.ValueKind == JsonValueKind.Object
                            ? fields.GetRawText()
                            : "{}");
                }
            }
            catch (JsonException)
            {
                // A worker may write plain text.
            }

            return new(offset, null, "information", System.Text.Encoding.UTF8.GetString(bytes.Span), "{}");
        }

        private static string? Text(JsonElement line, string name) =>
            line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
