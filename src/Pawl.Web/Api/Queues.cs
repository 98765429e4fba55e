using Pawl.Storage;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Shows the queues, pauses them and sets their limits.</summary>
internal static class Queues
{
    private static readonly Parameter IfMatch = new("If-Match", "The row_version that was seen, in quotes, or * for whatever it is.");
    private static readonly TimeSpan LongestTarget = TimeSpan.FromDays(30);

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/api/queues", Need.Viewer, ListAsync) { Does = "Lists the queues.", Answers = [new(200, "QueueList")] },
        new("GET", "/api/queues/depth", Need.Viewer, DepthAsync)
        {
            Does = "Counts the runnable jobs by queue, type and priority.",
            Query = [new("by", "type, priority, or both with a comma between; default both.")], Answers = [new(200, "DepthList")],
        },
        new("GET", "/api/queues/{name}", Need.Viewer, GetAsync) { Does = "Shows a queue.", Answers = [new(200, "Queue")] },
        new("POST", "/api/queues/{name}/pause", Need.Operator, call => PauseAsync(call, true))
        {
            Does = "Starts no further job of a queue; running ones go on.", Body = "Pause", BodyOptional = true,
            Answers = [new(200, "Queue")],
        },
        new("POST", "/api/queues/{name}/resume", Need.Operator, call => PauseAsync(call, false))
        {
            Does = "Starts jobs of a queue again.", Body = "Nothing", BodyOptional = true, Answers = [new(200, "Queue")],
        },
        new("PUT", "/api/queues/{name}/limits", Need.Admin, LimitAsync)
        {
            Does = "Sets the limits of a queue, all at once; null for the default.", Body = "QueueLimits", Headers = [IfMatch],
            Answers = [new(200, "Queue")],
        },
    ];

    /// <summary>The queues that the caller may see, by name.</summary>
    public static async Task<IReadOnlyList<QueueFacts>> ReadAsync(Call call) =>
        [.. (await QueueFacts.ReadAsync(call).ConfigureAwait(false)).Where(queue => Sees(call, queue.Name))];

    private static async Task ListAsync(Call call)
    {
        var all = await ReadAsync(call).ConfigureAwait(false);
        await call.JsonAsync(
            200, json => PageJson.Write(json, all, static (writer, queue) => queue.Write(writer), approxTotal: all.Count))
            .ConfigureAwait(false);
    }

    private static async Task GetAsync(Call call)
    {
        var queue = await FindAsync(call, Name(call)).ConfigureAwait(false) ?? throw Call.NotFound();
        call.CheckParameters();
        await ShowAsync(call, queue).ConfigureAwait(false);
    }

    private static async Task ShowAsync(Call call, QueueFacts queue)
    {
        call.Http.Response.Headers.ETag = $"\"{queue.RowVersion}\"";
        await call.JsonAsync(200, queue.Write).ConfigureAwait(false);
    }

    private static async Task<QueueFacts?> FindAsync(Call call, string name) =>
        (await QueueFacts.ReadAsync(call).ConfigureAwait(false)).FirstOrDefault(queue => queue.Name == name);

    /// <summary>A queue as it would be if somebody used it, where nobody has yet: it may be paused or limited before its first
    /// job.</summary>
    private static async Task<QueueFacts> AnyAsync(Call call, string name) =>
        (await QueueFacts.ReadAsync(call, name).ConfigureAwait(false)).First(queue => queue.Name == name);

    private static async Task PauseAsync(Call call, bool pause)
    {
        var name = AnyName(call);
        if (call.Caller.Scope.Types is not null && await FindAsync(call, name).ConfigureAwait(false) is null)
        {
            throw Call.NotFound();   // of one who is limited to some types, a queue that holds none of them is no business
        }

        call.CheckParameters();
        Visible.Reach(call.Caller.Scope.Types is null, "all types");
        var (reason, until) = await Pauses.ReadAsync(call, pause).ConfigureAwait(false);
        var queue = await AnyAsync(call, name).ConfigureAwait(false);
        if (pause != queue.Pause is not null || (pause && (reason, until) != (queue.Pause!.Reason, queue.Pause.Until)))
        {
            await call.Site.Store.PauseAsync(new(name, null, pause, call.Now, call.Caller.Actor, reason, until), call.Cancelled)
                .ConfigureAwait(false);
            Standing.Changed(call.Site);
        }

        await ShowAsync(call, await AnyAsync(call, name).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task LimitAsync(Call call)
    {
        var name = AnyName(call);
        call.CheckParameters();
        Visible.Reach(call.Caller.Scope.Types is null, "all types");
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var fields = new Fields(body.Root, "", "max_running", "start_slo_ms", "retry_share", "ageing_share", "ageing_after_ms");
        var settings = new QueueSettings
        {
            MaxRunning = fields.Whole("max_running", 1, 100_000),
            StartTarget = fields.Milliseconds("start_slo_ms", TimeSpan.FromSeconds(1), LongestTarget),
            RetryShare = fields.Share("retry_share"),
            AgeingShare = fields.Share("ageing_share"),
            AgeingAfter = fields.Milliseconds("ageing_after_ms", TimeSpan.Zero, LongestTarget),
        };
        var version = (await AnyAsync(call, name).ConfigureAwait(false)).RowVersion;
        call.IfMatch(version);
        var request = new SetQueueRequest(name, settings, call.NamesVersion ? version : null, call.Now, call.Caller.Actor);
        var reply = await call.Site.Store.SetQueueAsync(request, call.Cancelled).ConfigureAwait(false);
        Standing.Changed(call.Site);
        if (!reply.Done)
        {
            throw new ProblemException(
                "row_version_mismatch",
                $"The queue was changed in the meantime: its version is {reply.RowVersion}. Look at it again.",
                ("row_version", reply.RowVersion));
        }

        await ShowAsync(call, await AnyAsync(call, name).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task DepthAsync(Call call)
    {
        var by = (call.Query("by") ?? "type,priority").Split(',', StringSplitOptions.TrimEntries);
        if (by.FirstOrDefault(word => word is not ("type" or "priority")) is { } other)
        {
            throw Fields.Fault("?by", "out_of_range", $"It is type, priority, or both, but was {Shown.Text(other)}.");
        }

        var (types, priorities) = (by.Contains("type"), by.Contains("priority"));
        var rows = (await call.Site.Store.DepthAsync(call.Cancelled).ConfigureAwait(false))
            .Where(row => call.Caller.Scope.Sees(row.Queue, row.Type))
            .GroupBy(row => (row.Queue, Type: types ? row.Type : null, Priority: priorities ? row.Priority : (int?)null))
            .OrderBy(group => group.Key.Queue, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Type, StringComparer.Ordinal)
            .ThenByDescending(group => group.Key.Priority);
        await call.JsonAsync(200, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("items");
            foreach (var group in rows)
            {
                json.WriteStartObject();
                json.WriteString("queue", group.Key.Queue);
                json.WriteString("type", group.Key.Type);
                JobJson.Number(json, "priority", group.Key.Priority);
                json.WriteNumber("queued", group.Sum(row => row.Queued));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static string Name(Call call) => call.Path("name") is var name && Sees(call, name) ? name : throw Call.NotFound();

    /// <summary>The name of a queue that need not be there yet.</summary>
    private static string AnyName(Call call) => Name(call) is var name && Names.IsName(name) ? name : throw Call.NotFound();

    private static bool Sees(Call call, string queue) => call.Caller.Scope.SeesQueue(queue);
}
