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
        var (lines, next) = (new List<LogLine>(), after);
        while (true)
        {
            var page = await call.Site.Store.LogAsync(new(job.Id, attempt, next, PageBytes), call.Cancelled).ConfigureAwait(false);
            foreach (var line in LogJson.LinesOf(page.Text, next))
            {
                if (lines.Count == limit)
                {
                    return new(lines, line.Offset, false);
                }

                if (level < 0 || line.Weight >= level)
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

    private static void Write(Utf8JsonWriter json, int attempt, Part part)
    {
        json.WriteStartObject();
        json.WriteNumber("attempt", attempt);
        LogJson.Lines(json, "items", part.Lines);
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

        return Array.IndexOf(LogLine.Levels, word) is var level and >= 0
            ? level
            : throw Fields.Fault(
                "?level", "out_of_range", $"The level is one of {string.Join(", ", LogLine.Levels)}, but was {Shown.Text(word)}.");
    }

    private sealed record Part(IReadOnlyList<LogLine> Lines, long Next, bool Ended);
}
