using System.Text.Json;
using System.Text.Json.Schema;
using Pawl.Storage;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Shows the job types and pauses them.</summary>
internal static class Types
{
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/api/types", Need.Viewer, ListAsync)
        {
            Does = "Lists the job types: those of this program, and those a worker announced in the last 30 days.",
            Answers = [new(200, "TypeList")],
        },
        new("GET", "/api/types/{type}", Need.Viewer, GetAsync) { Does = "Shows a job type.", Answers = [new(200, "Type")] },
        new("POST", "/api/types/{type}/pause", Need.Operator, call => PauseAsync(call, true))
        {
            Does = "Starts no further job of a type; running ones go on.", Body = "Pause", BodyOptional = true,
            Answers = [new(200, "Type")],
        },
        new("POST", "/api/types/{type}/resume", Need.Operator, call => PauseAsync(call, false))
        {
            Does = "Starts jobs of a type again.", Body = "Nothing", BodyOptional = true, Answers = [new(200, "Type")],
        },
    ];

    private static async Task ListAsync(Call call)
    {
        var all = await ReadAsync(call).ConfigureAwait(false);
        await call.JsonAsync(
            200, json => PageJson.Write(json, all, (writer, type) => Write(writer, call, type), approxTotal: all.Count))
            .ConfigureAwait(false);
    }

    private static Task GetAsync(Call call) => ShowAsync(call);

    private static async Task ShowAsync(Call call)
    {
        var type = await FindAsync(call).ConfigureAwait(false);
        await call.JsonAsync(200, json => Write(json, call, type)).ConfigureAwait(false);
    }

    private static async Task PauseAsync(Call call, bool pause)
    {
        var type = await FindAsync(call).ConfigureAwait(false);
        Visible.Reach(call.Caller.Scope.Queues is null, "all queues");
        var (reason, until) = await Pauses.ReadAsync(call, pause).ConfigureAwait(false);
        if (pause != type.Pause is not null || (pause && (reason, until) != (type.Pause!.Reason, type.Pause.Until)))
        {
            var request = new PauseRequest(null, type.Name, pause, call.Now, call.Caller.Actor, reason, until);
            await call.Site.Store.PauseAsync(request, call.Cancelled).ConfigureAwait(false);
            Standing.Changed(call.Site);
        }

        await ShowAsync(call).ConfigureAwait(false);
    }

    private static async Task<TypeFacts> FindAsync(Call call)
    {
        var name = call.Path("type");
        var found = (await ReadAsync(call).ConfigureAwait(false)).FirstOrDefault(type => type.Name == name) ?? throw Call.NotFound();
        call.CheckParameters();
        return found;
    }

    private static async Task<IReadOnlyList<TypeFacts>> ReadAsync(Call call)
    {
        var (site, scope) = (call.Site, call.Caller.Scope);
        var announced = await site.Store.TypesAsync(call.Now - Remembered, call.Cancelled).ConfigureAwait(false);
        var pauses = (await site.Store.PausesAsync(call.Cancelled).ConfigureAwait(false)).Where(pause => pause.Type is not null).ToList();
        var workers = await site.Store.WorkersAsync(call.Cancelled).ConfigureAwait(false);
        var figures = await QueueFacts.FiguresAsync(call).ConfigureAwait(false);
        return
        [
            .. site.Types.All.Select(type => type.Name)
                .Concat(announced.Select(type => type.Type))
                .Distinct(StringComparer.Ordinal)
                .Where(name => scope.SeesType(name))
                .Order(StringComparer.Ordinal)
                .Select(name => new TypeFacts(
                    name,
                    site.Types.Find(name),
                    pauses.Find(pause => pause.Type == name),
                    workers.Count(worker => !worker.Gone && worker.Facts.Types.Contains(name)),
                    figures?.ByType.FirstOrDefault(one => one.Name == name))),
        ];
    }

    private static void Write(Utf8JsonWriter json, Call call, TypeFacts facts)
    {
        var (engine, type) = (call.Site.Engine, facts.Type);
        json.WriteStartObject();
        json.WriteString("type", facts.Name);
        json.WriteString("description", type?.Description);
        json.WriteString("queue", type?.Queue);
        Times.Write(json, "paused_at", facts.Pause?.At);
        json.WriteString("paused_by", facts.Pause?.By);
        json.WriteString("pause_reason", facts.Pause?.Reason);
        json.WriteNumber("live_workers", facts.Workers);
        json.WritePropertyName("payload_schema");
        Schema(json, type);
        JobJson.Milliseconds(json, "timeout_ms", type?.Timeout ?? engine.Types.Default.Timeout);
        JobJson.Number(json, "max_items", type?.MaxItems);
        json.WriteBoolean("retryable", type?.Retryable ?? true);
        Retry(json, type?.Retry ?? engine.Retry);
        json.WriteString("priority", type?.BasePriority ?? "normal");
        json.WriteStartArray("score");
        foreach (var (points, why) in type?.ScorePoints ?? [])
        {
            json.WriteStartObject();
            json.WriteString("when", why == "manual" ? "trigger=manual" : why);
            json.WriteNumber("points", points);
            json.WriteString("why", why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        JobJson.Map(json, "versions", type?.Versions.Parts.ToDictionary(part => part.Name, part => part.Version) ?? []);
        json.WriteString("unique_by", type is { UniqueByPayload: true } ? "payload" : null);
        JobJson.Milliseconds(json, "stuck_after_ms", type?.StuckAfter ?? engine.Types.Default.StuckAfter);
        JobJson.Milliseconds(json, "retention_ms", type?.Keep ?? engine.Retention.Keep);
        JobJson.Milliseconds(json, "failed_retention_ms", type?.KeepFailed ?? engine.Retention.KeepFailed);
        json.WriteStartArray("error_rules");
        foreach (var rule in type?.ErrorRules ?? [])
        {
            json.WriteStartObject();
            json.WriteString("match", rule.Match);
            json.WriteString("category", Words.Of(rule.Category));
            json.WriteString("disposition", Words.Of(rule.Disposition));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Figures(json, facts.Figures);
        json.WriteEndObject();
    }

    private static void Retry(Utf8JsonWriter json, RetryPolicy retry)
    {
        json.WriteStartObject("retry");
        json.WriteNumber("max_attempts", retry.MaxAttempts);
        JobJson.Milliseconds(json, "base_ms", retry.BaseDelay);
        json.WriteNumber("multiplier", retry.Multiplier);
        JobJson.Milliseconds(json, "max_ms", retry.MaxDelay);
        json.WriteNumber("jitter", retry.Jitter);
        json.WriteEndObject();
    }

    private static void Figures(Utf8JsonWriter json, LineStatistics? figures)
    {
        json.WriteStartObject("stats");
        JobJson.Milliseconds(json, "run_p50_ms", figures?.RunP50);
        JobJson.Milliseconds(json, "run_p95_ms", figures?.RunP95);
        JobJson.Milliseconds(json, "wait_p95_ms", figures?.WaitP95);
        json.WriteNumber("succeeded_1h", figures?.Succeeded ?? 0);
        json.WriteNumber("failed_1h", figures?.Failed ?? 0);
        json.WriteEndObject();
    }

    // What the payload's class says of itself; true, which is any JSON, where there is no class or it says nothing.
    private static void Schema(Utf8JsonWriter json, JobType? type)
    {
        if (type is null)
        {
            json.WriteNullValue();
            return;
        }

        try
        {
            type.Json.GetJsonSchemaAsNode().WriteTo(json);
        }
        catch (Exception fault) when (fault is NotSupportedException or InvalidOperationException)
        {
            json.WriteNullValue();
        }
    }

    private sealed record TypeFacts(string Name, JobType? Type, PauseRow? Pause, int Workers, LineStatistics? Figures);
}
