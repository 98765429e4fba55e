using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Routes that clients of other systems know, off until their group is named in <c>Pawl:Web:Compat</c>.</summary>
internal static class OldClients
{
    private const string Dataset = "commits";

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("POST", "/api/commits/status", Need.Viewer, CommitsAsync)
        {
            Does = "Says of commits whether they are processed; see /api/items/status.", Compat = "cards", Body = "OldCommits",
            Answers = [new(200, "OldStatuses")],
        },
        new("POST", "/api/process", Need.Submitter, ProcessAsync)
        {
            Does = "Creates a job whose payload is the body; see /api/jobs.", Compat = "cards", Body = "OldPayload", Creates = true,
            Headers = [new("Idempotency-Key", "Repeats of the request with this key make nothing anew for 24 h.")],
            Answers = [new(201, "OldRun"), new(200, "OldRun")],
        },
        new("GET", "/api/admin/jobs/recovery", Need.Viewer, KindsAsync)
        {
            Does = "Lists what a recovery can look at; see /api/recovery.", Compat = "crawler", Answers = [new(200, "OldRecoveryKinds")],
        },
        new("POST", "/api/admin/jobs/recovery", Need.Operator, RecoverAsync)
        {
            Does = "Runs a recovery; see /api/recovery.", Compat = "crawler", Body = "OldRecoveryRequest", BodyOptional = true, Slow = true,
            Answers = [new(200, "OldRecovery")],
        },
    ];

    private static async Task CommitsAsync(Call call)
    {
        Deprecated.Say(call, "/api/items/status");
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var fields = new Fields(
            body.Root, "", "commit_ids", "commitIds", "repo_path", "repoPath", "pipeline_version", "pipelineVersion");
        var keys = fields.Texts("commit_ids") ?? fields.Texts("commitIds");
        if (keys is null)
        {
            fields.Required("commit_ids");
        }

        var repository = fields.Text("repo_path") ?? fields.Text("repoPath");
        var name = fields.Has("pipelineVersion") ? "pipelineVersion" : "pipeline_version";
        var parts = call.Site.Types.Find(call.Site.Options.ProcessType)?.Versions ?? PipelineVersion.None;
        if (fields.Text(name) is { } text && !PipelineVersion.TryParse(text, out parts))
        {
            throw Fields.Fault(fields.At(name), "name_invalid", "A version is written like parser-1.2/cards-v1.");
        }

        var asked = keys!.Distinct(StringComparer.Ordinal).Select(key => new ItemQuestion(key)).ToList();
        var dataset = repository is null ? Dataset : $"{Dataset}:{repository}";
        var answers = await call.Site.Jobs.ItemStatusAsync(dataset, asked, new() { Parts = parts! }, call.Cancelled).ConfigureAwait(false);
        await call.JsonAsync(200, json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("statuses");
            foreach (var (key, freshness, _) in answers.Items)
            {
                json.WriteString(key, Words.Of(freshness.Status == ItemStatus.Failed ? ItemStatus.NeedsRerun : freshness.Status));
            }

            json.WriteEndObject();
            json.WriteStartObject("summary");
            json.WriteNumber("new", answers.Summary.New);
            json.WriteNumber("processed", answers.Summary.Processed);
            json.WriteNumber("needs_rerun", answers.Summary.NeedsRerun + answers.Summary.Failed);
            json.WriteEndObject();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task ProcessAsync(Call call)
    {
        Deprecated.Say(call, "/api/jobs");
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var draft = new JobDraft(call.Site.Options.ProcessType, body.Bytes, new() { RequestedBy = call.Caller.Actor });
        await KnownTypes.CheckAsync(call, [draft], _ => "").ConfigureAwait(false);
        await Once.DoAsync(call, body.Root, MakeAsync, AgainAsync).ConfigureAwait(false);

        async Task<Made> MakeAsync(string? key)
        {
            var options = draft.Options! with { IdempotencyKey = key };
            var made = await call.Site.Jobs.EnqueueAsync(draft.Type, draft.Payload, options, call.Cancelled).ConfigureAwait(false);
            return new(201, made.Id.ToString(), null, () => RunAsync(call, made.Id, made.Deduplicated));
        }

        async Task AgainAsync(string kept)
        {
            if (!JobId.TryParse(kept, out var id) || await call.FindAsync(id).ConfigureAwait(false) is null)
            {
                throw new ProblemException("gone", "This request made a job that has been removed since.");
            }

            await RunAsync(call, id, true).ConfigureAwait(false);
        }
    }

    private static Task RunAsync(Call call, JobId id, bool deduplicated) => call.JsonAsync(deduplicated ? 200 : 201, json =>
    {
        json.WriteStartObject();
        foreach (var name in (string[])["runId", "jobId", "run_id", "job_id"])
        {
            json.WriteString(name, id.ToString());
        }

        json.WriteBoolean("deduplicated", deduplicated);
        json.WriteEndObject();
    });

    private static Task KindsAsync(Call call)
    {
        Deprecated.Say(call, "/api/recovery");
        return call.JsonAsync(200, static json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("success", true);
            json.WriteStartArray("types");
            foreach (var kind in Words.All<RecoveryKind>())
            {
                json.WriteStringValue(kind);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task RecoverAsync(Call call)
    {
        Deprecated.Say(call, "/api/recovery");
        Visible.Reach(call.Caller.Scope.IsAll, "all queues and types");
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var kind = body.IsEmpty ? null : new Fields(body.Root, "", "type").Word<RecoveryKind>("type");
        var run = await call.Site.Services.GetRequiredService<IRecovery>()
            .RunAsync(kind ?? RecoveryKind.Comprehensive, by: call.Caller.Actor, cancellationToken: call.Cancelled).ConfigureAwait(false);
        await call.JsonAsync(200, json => Write(json, run)).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, RecoveryRun run)
    {
        json.WriteStartObject();
        json.WriteBoolean("success", run.FailedRecoveries == 0);
        json.WriteString("type", Words.Of(run.Kind));
        json.WriteStartObject("result");
        json.WriteNumber("recoveredJobs", run.RecoveredJobs);
        json.WriteNumber("failedRecoveries", run.FailedRecoveries);
        json.WriteNumber("skippedJobs", run.SkippedJobs);
        json.WriteStartArray("errors");
        foreach (var (_, _, message) in run.Errors)
        {
            json.WriteStringValue(message);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteString("message", run.Message);
        json.WriteEndObject();
    }
}
