using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pawl.Storage;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Shows how well the installation does, and why it does no better.</summary>
internal static class HealthReports
{
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/api/health", Need.Viewer, ShowAsync)
        {
            Does = "Shows the health score, what lowers it, and that of each queue.", Answers = [new(200, "Health")],
        },
    ];

    private static async Task ShowAsync(Call call) =>
        await call.JsonAsync(200, await ReadAsync(call).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>Looks how well the installation does, as far as the caller may see.</summary>
    /// <returns>What writes it.</returns>
    public static async Task<Action<Utf8JsonWriter>> ReadAsync(Call call)
    {
        var site = call.Site;
        var overview = await site.Services.GetRequiredService<IHealth>().CheckAsync(call.Cancelled).ConfigureAwait(false);
        var lines = overview.Queues.Count == 0 ? [] : await site.Store.LinesAsync(call.Cancelled).ConfigureAwait(false);
        var queues = overview.Queues.Where(queue => call.Caller.Scope.SeesQueue(queue.Queue ?? "")).ToList();
        var overall = call.Caller.Scope.IsAll ? overview.Overall : queues.MinBy(queue => queue.Score) ?? new(null, 100, []);
        return json =>
        {
            json.WriteStartObject();
            json.WriteNumber("score", overall.Score);
            json.WriteNumber("threshold", site.Engine.Health.AlertBelow);
            json.WriteBoolean("alert", overall.Score < site.Engine.Health.AlertBelow);
            json.WriteString("state", Words.Of(overall.Grade));
            json.WriteString("queue", overall.Queue);
            Times.Write(json, "checked_at", overview.CheckedAt);
            Deductions(json, overall);
            json.WriteStartArray("queues");
            foreach (var queue in queues)
            {
                json.WriteStartObject();
                json.WriteString("name", queue.Queue);
                json.WriteNumber("score", queue.Score);
                Deductions(json, queue);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            ByType(json, [.. lines.Where(line => call.Caller.Scope.Sees(line.Queue, line.Type))]);
            json.WriteStartArray("circuits");
            json.WriteEndArray();
            json.WriteNumber("connection_failures", overview.ConnectionFailures);
            Rate(json, site.Services.GetRequiredService<IRecovery>().Recent);
            json.WriteStartObject("features");
            json.WriteBoolean("scheduler", site.Engine.Scheduler.Enabled);
            json.WriteBoolean("recovery", site.Engine.Recovery.Enabled);
            json.WriteEndObject();
            json.WriteBoolean("waiting_for_schema", overview.WaitingForSchema);
            json.WriteEndObject();
        };
    }

    private static void Deductions(Utf8JsonWriter json, HealthReport report)
    {
        json.WriteStartArray("deductions");
        foreach (var (name, points, because) in report.Deductions)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteNumber("points", points);
            json.WriteString("because", because);
            json.WriteString("href", name switch
            {
                "failures" => "failures",
                "dead_letters" => "jobs?query=is:dead",
                "lost_or_stuck" => "jobs?query=is:stuck",
                "no_worker" => "workers",
                "circuits" => "circuits",
                "connections" or "store" => "health",
                _ => report.Queue is { } queue ? $"queues/{queue}" : "queues",
            });
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void ByType(Utf8JsonWriter json, IReadOnlyList<LineFacts> lines)
    {
        json.WriteStartArray("by_type");
        foreach (var type in lines.GroupBy(line => line.Type, StringComparer.Ordinal).OrderBy(type => type.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("type", type.Key);
            json.WriteStartObject("counts");
            foreach (var state in Enum.GetValues<JobState>())
            {
                if (type.Sum(line => line.Counts.GetValueOrDefault(state)) is var count and > 0)
                {
                    json.WriteNumber(Words.Of(state), count);
                }
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // Of what sweeps tried, how much came off; null while nothing was tried.
    private static void Rate(Utf8JsonWriter json, IReadOnlyList<RecoveryRun> runs)
    {
        var real = runs.Where(run => !run.DryRun).ToList();
        var (done, tried) = (real.Sum(run => run.RecoveredJobs), real.Sum(run => run.RecoveredJobs + run.FailedRecoveries));
        if (tried > 0)
        {
            json.WriteNumber("recovery_success_rate", Math.Round((double)done / tried, 4));
        }
        else
        {
            json.WriteNull("recovery_success_rate");
        }
    }
}
