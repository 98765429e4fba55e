using System.Globalization;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Shows what is on record of one job: its attempts, events and items.</summary>
internal static class JobRecords
{
    private const int MostWait = 30;

    private static readonly Parameter Limit = new("limit", "1 to 500; default 50.", "integer");
    private static readonly Parameter Cursor = new("cursor", "next_cursor of the page before.");

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/api/jobs/{id}/attempts", Need.Viewer, AttemptsAsync)
        {
            Does = "Lists the attempts of a job, newest first.", Query = [Limit, Cursor], Answers = [new(200, "AttemptList")],
        },
        new("GET", "/api/jobs/{id}/events", Need.Viewer, EventsAsync)
        {
            Does = "Lists the events of a job, and waits for newer ones when asked to.", Slow = true,
            Query =
            [
                new("after", "Only those with a higher seq; default 0.", "integer"), Limit,
                new("wait", "0 to 30: how many seconds to wait for one.", "integer"),
            ],
            Answers = [new(200, "EventList")],
        },
        new("GET", "/api/jobs/{id}/items", Need.Viewer, ItemsAsync)
        {
            Does = "Lists the recorded runs of items of a job, newest first.",
            Query = [new("outcome", "succeeded, failed or skipped."), Limit, Cursor], Answers = [new(200, "ItemRunList")],
        },
    ];

    private static async Task AttemptsAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        var (list, limit) = ($"attempts\n{job.Id}", call.Limit());
        var before = call.Cursor(list) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : int.MaxValue;
        var all = await call.Site.Jobs.AttemptsAsync(job.Id, call.Cancelled).ConfigureAwait(false);
        var rest = all.Where(attempt => attempt.Attempt < before).ToList();
        var page = rest.Take(limit).ToList();
        var next = call.Next(list, rest.Count > limit ? page[^1].Attempt.ToString(CultureInfo.InvariantCulture) : null);
        await call.JsonAsync(200, json => PageJson.Write(
            json,
            page,
            (writer, attempt) => RecordJson.Attempt(writer, attempt, ProgressOf(job, attempt)),
            next,
            all.Count)).ConfigureAwait(false);
    }

    // The job tells of its latest attempt only.
    private static DateTimeOffset? ProgressOf(Job job, JobAttempt attempt) =>
        attempt.Attempt == job.Attempt && job.Progress is { } progress && progress.UpdatedAt >= attempt.StartedAt
            ? progress.UpdatedAt
            : null;

    private static async Task EventsAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        var (after, limit) = (call.Number("after", 0, long.MaxValue) ?? 0, call.Limit());
        var wait = TimeSpan.FromSeconds(call.Number("wait", 0, MostWait) ?? 0);
        var events = await Waiting.ForAsync(
            call,
            wait,
            () => call.Site.Jobs.EventsAsync(after, job.Id, limit, call.Cancelled),
            static found => found.Count > 0).ConfigureAwait(false);
        await call.JsonAsync(200, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("items");
            foreach (var happened in events)
            {
                RecordJson.Event(json, happened);
            }

            json.WriteEndArray();
            json.WriteString("next_after", (events.Count > 0 ? events[^1].Seq : after).ToString(CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task ItemsAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        var (outcome, limit) = (call.Word<ItemOutcome>("outcome"), call.Limit());
        var list = $"items\n{job.Id}\n{outcome}";
        var seen = call.Cursor(list) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        var all = await call.Site.Store.ItemRunsAsync(new(job.Id, Limit: 1_000), call.Cancelled).ConfigureAwait(false);
        var fit = all.Where(run => outcome is null || run.Result.Outcome == outcome).ToList();
        var next = call.Next(list, fit.Count > seen + limit ? (seen + limit).ToString(CultureInfo.InvariantCulture) : null);
        await call.JsonAsync(
            200,
            json => PageJson.Write(json, fit.Skip(seen).Take(limit), RecordJson.Item, next, fit.Count, partial: all.Count == 1_000))
            .ConfigureAwait(false);
    }
}
