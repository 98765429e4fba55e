using System.Globalization;
using System.Text;
using System.Text.Json;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Creates jobs, lists them and shows them.</summary>
internal static class Jobs
{
    private static readonly Parameter Key = new("Idempotency-Key", "Repeats of the request with this key make nothing anew for 24 h.");

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("POST", "/api/jobs", Need.Submitter, CreateAsync)
        {
            Does = "Creates a job.", Body = "JobDraft", Creates = true, Headers = [Key],
            Answers = [new(201, "CreatedJob"), new(200, "CreatedJob")],
        },
        new("POST", "/api/jobs/batch", Need.Submitter, CreateManyAsync)
        {
            Does = "Creates up to 10,000 jobs, all or none.", Body = "JobBatch", Creates = true, Headers = [Key], Slow = true,
            Answers = [new(201, "CreatedJobs"), new(200, "CreatedJobs")],
        },
        new("GET", "/api/jobs", Need.Viewer, ListAsync)
        {
            Does = "Lists jobs.",
            Query =
            [
                new("query", "Which jobs, in the query language."),
                new("sort", "id, priority, run_at, created_at or ended_at, with - in front for the highest first; default -id."),
                new("limit", "1 to 500; default 50.", "integer"),
                new("cursor", "next_cursor of the page before."),
                new("include", "payload, result, priority_reasons, checkpoint, with commas between."),
            ],
            Answers = [new(200, "JobList")],
        },
        new("GET", "/api/jobs/counts", Need.Viewer, CountAsync)
        {
            Does = "Counts jobs by state.", Query = [new("query", "Which jobs, in the query language.")],
            Answers = [new(200, "JobCounts")],
        },
        new("GET", "/api/jobs/{id}", Need.Viewer, GetAsync) { Does = "Shows a job.", Answers = [new(200, "Job")] },
        new("GET", "/api/jobs/{id}/why", Need.Viewer, WhyAsync)
        {
            Does = "Says why a job is not running.", Answers = [new(200, "JobWhy")],
        },
    ];

    private static async Task CreateAsync(Call call)
    {
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var root = body.Root;
        var draft = JobDrafts.Read(call, root);
        await Dependencies.PointedAsync(root, () => KnownTypes.CheckAsync(call, [draft], _ => "")).ConfigureAwait(false);
        await Once.DoAsync(
            call,
            root,
            key => Dependencies.PointedAsync(root, () => MakeAsync(call, draft, key)),
            kept => AgainAsync(call, kept)).ConfigureAwait(false);
    }

    private static async Task<Made> MakeAsync(Call call, JobDraft draft, string? key)
    {
        var result = await call.Site.Jobs.EnqueueAsync(draft.Type, draft.Payload, Keyed(call, draft, key), call.Cancelled)
            .ConfigureAwait(false);
        return await MadeAsync(call, result).ConfigureAwait(false);
    }

    /// <summary>The answer to a request that creates one job.</summary>
    public static async Task<Made> MadeAsync(Call call, EnqueueResult result)
    {
        var job = await call.Site.Jobs.FindAsync(result.Id, call.Cancelled).ConfigureAwait(false)
            ?? throw new ProblemException("gone", "The job was made, and has been removed since.");
        if (result.Deduplicated && !call.Caller.Scope.Sees(job.Queue, job.Type))
        {
            throw new ProblemException("idempotency_conflict", "The unique key belongs to another job.");
        }

        var status = result.Deduplicated ? 200 : 201;
        var location = call.Address($"/api/jobs/{job.Id}");
        return new(status, job.Id.ToString(), location, () =>
        {
            call.Http.Response.Headers.Location = location;
            return JobReply.WriteMadeAsync(call, status, job, result.Deduplicated);
        });
    }

    /// <summary>The answer to a repeated request that made one job.</summary>
    public static async Task AgainAsync(Call call, string kept)
    {
        var job = JobId.TryParse(kept, out var id) ? await call.FindAsync(id).ConfigureAwait(false) : null;
        if (job is null)
        {
            throw new ProblemException("gone", "This request made a job that has been removed since.");
        }

        call.Http.Response.Headers.Location = call.Address($"/api/jobs/{job.Id}");
        await JobReply.WriteAsync(call, 200, job, deduplicated: true).ConfigureAwait(false);
    }

    // The engine would know the request again after a crash. Not beside a unique key, which does so itself.
    private static EnqueueOptions Keyed(Call call, JobDraft draft, string? key) =>
        key is null || draft.Options!.UniqueKey is not null || call.Site.Types.Find(draft.Type) is { UniqueByPayload: true }
            ? draft.Options!
            : draft.Options! with { IdempotencyKey = key };

    private static async Task CreateManyAsync(Call call)
    {
        using var body = await call.BodyAsync(call.Site.Options.MaxBatchBytes).ConfigureAwait(false);
        var fields = new Fields(body.Root, "", "jobs");
        if (!fields.TryGet("jobs", out var list))
        {
            fields.Required("jobs");
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw Fields.Mismatch("/jobs", "a list", list);
        }

        var count = list.GetArrayLength();
        if (count is 0 or > Bounds.MaxBatch)
        {
            throw Fields.Fault(
                "/jobs",
                "batch_size",
                string.Create(CultureInfo.InvariantCulture, $"A batch holds 1 to {Bounds.MaxBatch:N0} jobs, but {count:N0} were given."),
                ("max", Bounds.MaxBatch));
        }

        var drafts = new List<JobDraft>(count);
        foreach (var each in list.EnumerateArray())
        {
            drafts.Add(JobDrafts.Read(call, each, $"/jobs/{drafts.Count}"));
        }

        IReadOnlyList<JsonElement> elements = [.. list.EnumerateArray()];
        await Dependencies.PointedAsync(elements, () => KnownTypes.CheckAsync(call, drafts, index => $"/jobs/{index}"))
            .ConfigureAwait(false);
        await Once.DoAsync(
            call,
            body.Root,
            key => Dependencies.PointedAsync(
                elements,
                () => MakeManyAsync(call, key is null ? drafts : [.. drafts.Select((draft, index) => Keyed(call, draft, key, index))])),
            kept => Replies.JsonAsync(call.Http, 200, Encoding.UTF8.GetBytes(kept))).ConfigureAwait(false);
    }

    private static JobDraft Keyed(Call call, JobDraft draft, string key, int index) => draft with
    {
        Options = Keyed(call, draft, string.Create(CultureInfo.InvariantCulture, $"{key}:{index}")),
    };

    private static async Task<Made> MakeManyAsync(Call call, List<JobDraft> drafts)
    {
        var results = await call.Site.Jobs.EnqueueManyAsync(drafts, call.Cancelled).ConfigureAwait(false);
        var known = results.Count(result => result.Deduplicated);
        var bytes = Replies.Bytes(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("created", results.Count - known);
            json.WriteNumber("deduplicated", known);
            json.WriteStartArray("jobs");
            for (var i = 0; i < results.Count; i++)
            {
                json.WriteStartObject();
                json.WriteNumber("index", i);
                JobJson.Id(json, "id", results[i].Id);
                json.WriteBoolean("deduplicated", results[i].Deduplicated);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
        var status = known == results.Count ? 200 : 201;
        return new(status, Encoding.UTF8.GetString(bytes.Span), null, () => Replies.JsonAsync(call.Http, status, bytes));
    }

    private static async Task ListAsync(Call call)
    {
        var include = IncludeOf(call);
        var (query, sort) = (call.Query("query"), JobOrder.Parse(call.Query("sort") ?? "-id"));
        var list = $"jobs\n{query}\n{sort}";
        var filter = new JobFilter
        {
            Query = query,
            Scope = call.Caller.Scope,
            Sort = sort.By,
            Ascending = sort.Ascending,
            After = call.Cursor(list) is { } text && JobPosition.TryParse(text, out var position) ? position : null,
            Limit = call.Limit(),
        };
        var page = await call.Site.Jobs.ListAsync(filter, call.Cancelled).ConfigureAwait(false);
        var roots = await JobReply.RootsAsync(call, page.Jobs).ConfigureAwait(false);
        var standing = Standing.IsAsked(page.Jobs)
            ? await Standing.ReadAsync(call.Site, call.Cancelled).ConfigureAwait(false)
            : null;
        var next = call.Next(list, page.Next?.ToString());
        await call.JsonAsync(200, json => PageJson.Write(
            json,
            page.Jobs,
            (writer, job) => JobJson.Write(writer, job, call.Site.Types, roots[job.Id], standing?.BecauseOf(job), include),
            next,
            page.ApproxTotal,
            page.Partial)).ConfigureAwait(false);
    }

    private static HashSet<string> IncludeOf(Call call)
    {
        var words = (call.Query("include") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var word in words)
        {
            if (!JobJson.Optional.Contains(word))
            {
                var near = Nearest.Of(word, JobJson.Optional);
                throw Fields.Fault(
                    "?include",
                    "unknown_field",
                    $"Nothing named {Shown.Text(word)} can be included; there are {string.Join(", ", JobJson.Optional)}."
                    + Nearest.Question(near),
                    ("nearest", near));
            }
        }

        return [.. words];
    }

    private static async Task GetAsync(Call call) =>
        await JobReply.WriteAsync(call, 200, await call.JobAsync().ConfigureAwait(false)).ConfigureAwait(false);

    private static async Task CountAsync(Call call)
    {
        var counts = await call.Site.Jobs.CountsAsync(call.Query("query"), call.Caller.Scope, call.Cancelled).ConfigureAwait(false);
        await call.JsonAsync(200, json => CountsJson.Write(json, counts)).ConfigureAwait(false);
    }

    // Who holds the key may be a job that does not exist for a limited caller.
    private static WhyReason Seen(Call call, WhyReason reason) =>
        reason.Code == WhyCode.ConcurrencyKey && !call.Caller.Scope.IsAll ? reason with { Detail = null, Href = null } : reason;

    private static async Task WhyAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        var why = await call.Site.Jobs.WhyAsync(job.Id, call.Cancelled).ConfigureAwait(false);
        await call.JsonAsync(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("state", Words.Of(why.State));
            json.WriteString("not_running_because", Words.Of(why.NotRunningBecause));
            json.WriteStartArray("reasons");
            foreach (var reason in why.Reasons.Select(reason => Seen(call, reason)))
            {
                json.WriteStartObject();
                json.WriteString("code", Words.Of(reason.Code));
                json.WriteString("title", reason.Title);
                json.WriteString("detail", reason.Detail);
                Times.Write(json, "until", reason.Until);
                json.WriteString("href", reason.Href);
                if (reason.JobsAhead is { } ahead)
                {
                    json.WriteNumber("jobs_ahead", ahead);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }
}
