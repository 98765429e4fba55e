using System.Globalization;
using System.Text.Json;
using Pawl.Storage;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Shows the workers and lets them drain.</summary>
internal static class Workers
{
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/api/workers", Need.Viewer, ListAsync)
        {
            Does = "Lists the workers, those that went in the last 24 h too.", Answers = [new(200, "WorkerList")],
        },
        new("GET", "/api/workers/{id}", Need.Viewer, GetAsync) { Does = "Shows a worker.", Answers = [new(200, "Worker")] },
        new("POST", "/api/workers/{id}/drain", Need.Operator, DrainAsync)
        {
            Does = "Gives a worker no new job; what it runs goes on.", Body = "Nothing", BodyOptional = true,
            Answers = [new(202, "Worker")],
        },
    ];

    /// <summary>The workers that the caller may see, each with what changes with its beats and what writes it.</summary>
    public static async Task<IReadOnlyList<(long Id, string Stamp, Action<Utf8JsonWriter> Write)>> ReadAsync(Call call)
    {
        var (all, seen) = await AllAsync(call).ConfigureAwait(false);
        return
        [
            .. all.Select(worker => (
                worker.Id,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{worker.Beat} {worker.Gone} {worker.Draining} {worker.Drain} {worker.SlotsTaken} {string.Join(',', worker.Jobs)}"),
                (Action<Utf8JsonWriter>)(json => Write(json, call, worker, seen)))),
        ];
    }

    private static async Task<(IReadOnlyList<WorkerRow> Workers, HashSet<JobId>? Seen)> AllAsync(Call call)
    {
        var all = (await call.Site.Store.WorkersAsync(call.Cancelled).ConfigureAwait(false)).Where(worker => Sees(call, worker)).ToList();
        return (all, await JobsOfAsync(call, all).ConfigureAwait(false));
    }

    private static async Task ListAsync(Call call)
    {
        var (all, seen) = await AllAsync(call).ConfigureAwait(false);
        await call.JsonAsync(
            200, json => PageJson.Write(json, all, (writer, worker) => Write(writer, call, worker, seen), approxTotal: all.Count))
            .ConfigureAwait(false);
    }

    private static async Task GetAsync(Call call)
    {
        var worker = await FindAsync(call).ConfigureAwait(false);
        var seen = await JobsOfAsync(call, [worker]).ConfigureAwait(false);
        await call.JsonAsync(200, json => Write(json, call, worker, seen)).ConfigureAwait(false);
    }

    private static async Task DrainAsync(Call call)
    {
        var worker = await FindAsync(call).ConfigureAwait(false);
        Visible.Reach(call.Caller.Scope.IsAll, "all queues and types");
        using var body = await call.BodyAsync().ConfigureAwait(false);
        if (!body.IsEmpty)
        {
            _ = new Fields(body.Root, "");
        }

        if (!await call.Site.Store.DrainAsync(new(worker.Id, true, call.Now, call.Caller.Actor), call.Cancelled).ConfigureAwait(false))
        {
            throw Call.NotFound();
        }

        var after = await FindAsync(call).ConfigureAwait(false);
        var seen = await JobsOfAsync(call, [after]).ConfigureAwait(false);
        await call.JsonAsync(202, json => Write(json, call, after, seen)).ConfigureAwait(false);
    }

    private static async Task<WorkerRow> FindAsync(Call call)
    {
        var known = JobId.TryRead(call.Path("id"), out var id);
        var worker = known
            ? (await call.Site.Store.WorkersAsync(call.Cancelled).ConfigureAwait(false)).FirstOrDefault(worker => worker.Id == id)
            : null;
        if (worker is null || !Sees(call, worker))
        {
            throw Call.NotFound();
        }

        call.CheckParameters();
        return worker;
    }

    private static bool Sees(Call call, WorkerRow worker) =>
        call.Caller.Scope.Types is null || worker.Facts.Types.Any(type => call.Caller.Scope.SeesType(type));

    private static Task<HashSet<JobId>?> JobsOfAsync(Call call, IReadOnlyList<WorkerRow> workers) =>
        Visible.OfAsync(call, workers.SelectMany(worker => worker.Jobs));

    private static void Write(Utf8JsonWriter json, Call call, WorkerRow worker, HashSet<JobId>? seen)
    {
        var facts = worker.Facts;
        json.WriteStartObject();
        JobJson.Id(json, "id", worker.Id);
        json.WriteString("name", facts.Name);
        json.WriteString("host", facts.Host);
        json.WriteNumber("pid", facts.Pid);
        json.WriteString("version", facts.Version);
        json.WriteString("sdk", facts.Sdk);
        json.WriteBoolean("remote", facts.Remote);
        json.WriteString("state", worker.Gone ? "gone" : worker.Draining || worker.Drain ? "draining" : "ready");
        json.WriteNumber("slots", facts.Slots);
        json.WriteNumber("slots_used", worker.SlotsTaken);
        json.WriteNumber("express_slots", facts.ExpressSlots);
        json.WriteStartArray("queues");
        foreach (var queue in facts.Queues.Where(queue => queue != WorkerFacts.AnyQueue && call.Caller.Scope.SeesQueue(queue)))
        {
            json.WriteStringValue(queue);
        }

        json.WriteEndArray();
        json.WriteStartArray("types");
        foreach (var type in facts.Types.Where(type => call.Caller.Scope.SeesType(type)))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("version", facts.Versions?.GetValueOrDefault(type));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (worker.Cpu is { } cpu)
        {
            json.WriteNumber("cpu", Math.Round(cpu, 3));
        }
        else
        {
            json.WriteNull("cpu");
        }

        JobJson.Number(json, "memory_bytes", worker.MemoryBytes);
        json.WriteNumber("heartbeat", worker.Beat);
        JobJson.Milliseconds(json, "heartbeat_age_ms", Age(call.Now - worker.SeenAt));
        Times.Write(json, "seen_at", worker.SeenAt);
        JobJson.Map(json, "labels", facts.Labels ?? new Dictionary<string, string>());
        json.WriteStartArray("jobs");
        foreach (var job in worker.Jobs.Where(job => seen?.Contains(job) != false))
        {
            json.WriteStringValue(job.ToString());
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static TimeSpan Age(TimeSpan age) => age < TimeSpan.Zero ? TimeSpan.Zero : age;
}
