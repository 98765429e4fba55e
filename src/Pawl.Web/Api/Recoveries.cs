using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Runs the recovery sweep and shows what it did.</summary>
internal static class Recoveries
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly (RecoveryKind Kind, string Does)[] Kinds =
    [
        (RecoveryKind.Comprehensive, "failed and stuck"),
        (RecoveryKind.Failed, "failed jobs that nobody has dismissed"),
        (RecoveryKind.Stuck, "running jobs that stand still"),
    ];

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/api/recovery", Need.Viewer, ShowAsync)
        {
            Does = "Shows what a recovery can look at, and the last 20 of this process.", Answers = [new(200, "Recovery")],
        },
        new("POST", "/api/recovery", Need.Viewer, RunAsync)
        {
            Does = "Runs a recovery now and waits for it up to 30 s; with dry_run it changes nothing.", Body = "RecoveryRequest",
            BodyOptional = true, Wet = Need.Operator, Creates = true, Slow = true,
            Headers = [new("Idempotency-Key", "Repeats of the request with this key make nothing anew for 24 h.")],
            Answers = [new(200, "RecoveryRun"), new(202, "RecoveryRun")],
        },
        new("GET", "/api/recovery/{id}", Need.Viewer, GetAsync) { Does = "Shows a recovery.", Answers = [new(200, "RecoveryRun")] },
    ];

    private static IRecovery Of(Call call) => call.Site.Services.GetRequiredService<IRecovery>();

    private static async Task ShowAsync(Call call)
    {
        var (recovery, options) = (Of(call), call.Site.Engine.Recovery);
        var seen = await SeenAsync(call, recovery.Recent).ConfigureAwait(false);
        await call.JsonAsync(200, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("types");
            foreach (var (kind, does) in Kinds)
            {
                json.WriteStartObject();
                json.WriteString("type", Words.Of(kind));
                json.WriteString("description", does);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            JobJson.Milliseconds(json, "every_ms", options.Interval);
            json.WriteNumber("batch", options.BatchSize);
            JobJson.Id(json, "running", recovery.RunningId);
            json.WriteStartArray("runs");
            foreach (var run in recovery.Recent)
            {
                Write(json, run, seen);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task RunAsync(Call call)
    {
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var (kind, dry, limit) = (RecoveryKind.Comprehensive, false, (int?)null);
        if (!body.IsEmpty)
        {
            var fields = new Fields(body.Root, "", "type", "dry_run", "limit");
            dry = fields.Flag("dry_run") ?? false;
            kind = fields.Word<RecoveryKind>("type") ?? kind;
            limit = fields.Whole("limit", 1, call.Site.Engine.Recovery.BatchSize);
        }

        if (!dry)
        {
            call.Require(ApiRole.Operator);
            Visible.Reach(call.Caller.Scope.IsAll, "all queues and types");   // a sweep asks nobody which jobs it may touch
        }

        JsonElement? root = body.IsEmpty ? null : body.Root;
        await Once.DoAsync(call, root, _ => MakeAsync(call, kind, dry, limit), kept => AgainAsync(call, kept)).ConfigureAwait(false);
    }

    private static async Task<Made> MakeAsync(Call call, RecoveryKind kind, bool dry, int? limit)
    {
        // It goes on when the caller has gone.
        var recovery = Of(call);
        var sweep = recovery.RunAsync(kind, dry, limit, call.Caller.Actor, CancellationToken.None);
        using var over = new CancellationTokenSource();
        await Task.WhenAny(sweep, Task.Delay(Patience, call.Site.Clock, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        if (!sweep.IsCompleted && recovery.RunningId is { } running)
        {
            var place = call.Address(string.Create(CultureInfo.InvariantCulture, $"/api/recovery/{running}"));
            return new(202, running.ToString(CultureInfo.InvariantCulture), place, () =>
            {
                call.Http.Response.Headers.Location = place;
                return call.JsonAsync(202, json => Write(json, running, Words.Of(kind), dry));
            });
        }

        var run = await sweep.ConfigureAwait(false);
        var seen = await SeenAsync(call, [run]).ConfigureAwait(false);
        return new(
            200,
            run.Id.ToString(CultureInfo.InvariantCulture),
            call.Address(string.Create(CultureInfo.InvariantCulture, $"/api/recovery/{run.Id}")),
            () => call.JsonAsync(200, json => Write(json, run, seen)));
    }

    private static Task AgainAsync(Call call, string kept) =>
        ShowAsync(
            call,
            long.Parse(kept, CultureInfo.InvariantCulture),
            new("gone", "This request ran a recovery that is forgotten by now."));

    private static async Task GetAsync(Call call)
    {
        if (!JobId.TryRead(call.Path("id"), out var id))
        {
            throw Call.NotFound();
        }

        await ShowAsync(call, id, Call.NotFound()).ConfigureAwait(false);
    }

    private static async Task ShowAsync(Call call, long id, ProblemException missing)
    {
        var recovery = Of(call);
        var run = recovery.Recent.FirstOrDefault(run => run.Id == id);
        if (run is null && recovery.RunningId != id)
        {
            throw missing;
        }

        call.CheckParameters();
        var seen = await SeenAsync(call, run is null ? [] : [run]).ConfigureAwait(false);
        await call.JsonAsync(200, json =>
        {
            if (run is null)
            {
                Write(json, id, null, false);
            }
            else
            {
                Write(json, run, seen);
            }
        }).ConfigureAwait(false);
    }

    private static Task<HashSet<JobId>?> SeenAsync(Call call, IReadOnlyList<RecoveryRun> runs) =>
        Visible.OfAsync(call, runs.SelectMany(run => run.Jobs).Select(job => job.JobId));

    private static void Write(Utf8JsonWriter json, long running, string? kind, bool dry)
    {
        json.WriteStartObject();
        JobJson.Id(json, "id", running);
        json.WriteNull("success");
        json.WriteString("type", kind);
        json.WriteBoolean("dry_run", dry);
        json.WriteNull("result");
        json.WriteString("message", "The recovery runs.");
        json.WriteNull("trigger");
        json.WriteNull("started_at");
        json.WriteNull("ended_at");
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RecoveryRun run, HashSet<JobId>? seen)
    {
        json.WriteStartObject();
        JobJson.Id(json, "id", run.Id);
        json.WriteBoolean("success", run.FailedRecoveries == 0);
        json.WriteString("type", Words.Of(run.Kind));
        json.WriteBoolean("dry_run", run.DryRun);
        json.WriteStartObject("result");
        json.WriteNumber("recovered_jobs", run.RecoveredJobs);
        json.WriteNumber("failed_recoveries", run.FailedRecoveries);
        json.WriteNumber("skipped_jobs", run.SkippedJobs);
        json.WriteStartArray("errors");
        foreach (var (job, code, message) in run.Errors.Where(error => seen is null || (error.JobId is { } id && seen.Contains(id))))
        {
            json.WriteStartObject();
            JobJson.Id(json, "job_id", job);
            json.WriteString("code", code);
            json.WriteString("message", message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("jobs");
        foreach (var (job, action, rule, reason) in run.Jobs.Where(job => seen?.Contains(job.JobId) != false))
        {
            json.WriteStartObject();
            JobJson.Id(json, "job_id", job);
            json.WriteString("action", Words.Of(action));
            json.WriteString("rule", Words.Of(rule));
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteString("message", run.Message);
        json.WriteString("trigger", Words.Of(run.Trigger));
        Times.Write(json, "started_at", run.StartedAt);
        Times.Write(json, "ended_at", run.EndedAt);
        json.WriteEndObject();
    }
}
