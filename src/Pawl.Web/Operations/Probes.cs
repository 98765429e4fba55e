using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pawl.Hosting;
using Pawl.Web.Routing;

namespace Pawl.Web.Operations;

/// <summary>What probes ask: does the process turn, can it work, and does each part of it.</summary>
internal static class Probes
{
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/livez", Need.Open, LiveAsync)
        {
            Does = "Whether the process turns. Looks at nothing else.", Answers = [new(200, "Status")],
        },
        new("GET", "/readyz", Need.Open, ReadyAsync)
        {
            Does = "Whether work can be taken: the store answers, its tables are there, and the host does not stop. With a key, why not.",
            Answers = [new(200, "Status"), new(503, "Status")],
        },
        new("GET", "/healthz", Need.Viewer, HealthAsync)
        {
            Does = "How each part does. A low score alone is no fault of the process.", Answers = [new(200, "Checks"), new(503, "Checks")],
        },
    ];

    private static Task LiveAsync(Call call) => call.JsonAsync(200, static json =>
    {
        json.WriteStartObject();
        json.WriteString("status", "ok");
        json.WriteEndObject();
    });

    private static async Task ReadyAsync(Call call)
    {
        var seen = await call.Site.Readiness.LookAsync(call.Cancelled).ConfigureAwait(false);
        var known = await IsKnownAsync(call).ConfigureAwait(false);
        await call.JsonAsync(seen.Ready ? 200 : 503, json =>
        {
            json.WriteStartObject();
            json.WriteString("status", seen.Ready ? "ready" : "not_ready");
            if (known && !seen.Ready)
            {
                json.WriteStartArray("reasons");
                foreach (var reason in seen.Reasons)
                {
                    json.WriteStringValue(reason);
                }

                json.WriteEndArray();
                json.WriteStartArray("pending_migrations");
                foreach (var step in seen.Pending)
                {
                    json.WriteNumberValue(step);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task<bool> IsKnownAsync(Call call)
    {
        try
        {
            return await call.FindCallerAsync().ConfigureAwait(false) is not null;
        }
        catch (Exception fault) when (fault is PawlException or DbException or InvalidOperationException)
        {
            return call.Site.Gate.IsFirst(call.Http.Request);   // while the store is away nobody else who is new can be known
        }
    }

    private static async Task HealthAsync(Call call)
    {
        var seen = await call.Site.Readiness.LookAsync(call.Cancelled).ConfigureAwait(false);
        var overview = await call.Site.Services.GetRequiredService<IHealth>().CheckAsync(call.Cancelled).ConfigureAwait(false);
        var (engine, host) = (call.Site.Engine, call.Site.Services.GetService<PawlHost>());
        var scheduler = !engine.Scheduler.Enabled || host?.Worker is not null;
        var leases = scheduler && seen.StoreAnswers;
        var ready = seen.Ready && leases;
        await call.JsonAsync(ready ? 200 : 503, json =>
        {
            json.WriteStartObject();
            json.WriteString("status", ready ? "ready" : "not_ready");
            json.WriteStartArray("checks");
            Check(json, "store", seen.StoreAnswers, call.Site.Store.Info.Kind, (long)seen.Took.TotalMilliseconds);
            Check(json, "schema", seen.StoreAnswers && !seen.Reasons.Contains("waiting_for_schema"));
            Check(json, "leases", leases);
            Check(json, "scheduler", scheduler);
            foreach (var side in call.Site.Services.GetServices<SideCheck>())
            {
                var trouble = side.Trouble();
                Check(json, side.Name, trouble is null, trouble);
            }

            json.WriteEndArray();
            json.WriteNumber("score", overview.Overall.Score);
            json.WriteString("version", Site.Version);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static void Check(Utf8JsonWriter json, string name, bool ok, string? detail = null, long? milliseconds = null)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteBoolean("ok", ok);
        if (detail is not null)
        {
            json.WriteString("detail", detail);
        }

        if (milliseconds is { } took)
        {
            json.WriteNumber("ms", took);
        }

        json.WriteEndObject();
    }
}
