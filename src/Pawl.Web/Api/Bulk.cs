using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Acts on many jobs at once: an operation with its own progress.</summary>
internal static class Bulk
{
    private const int MostIds = 1_000;

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("POST", "/api/bulk", Need.Viewer, StartAsync)
        {
            Does = "Starts an action on many jobs, or with dry_run says what it would do.", Body = "BulkRequest", Wet = Need.Operator,
            Creates = true, Slow = true,
            Headers = [new("Idempotency-Key", "Repeats of the request with this key make nothing anew for 24 h.")],
            Answers = [new(202, "BulkOperation"), new(200, "BulkPreviewOrOperation")],
        },
        new("GET", "/api/bulk", Need.Viewer, ListAsync)
        {
            Does = "Lists the operations, newest first.",
            Query = [new("limit", "1 to 500; default 50.", "integer"), new("cursor", "next_cursor of the page before.")],
            Answers = [new(200, "BulkList")],
        },
        new("GET", "/api/bulk/{id}", Need.Viewer, GetAsync) { Does = "Shows an operation.", Answers = [new(200, "BulkOperation")] },
        new("POST", "/api/bulk/{id}/cancel", Need.Operator, CancelAsync)
        {
            Does = "Stops an operation; what is done stays done.", Body = "Nothing", BodyOptional = true,
            Answers = [new(200, "BulkOperation")],
        },
    ];

    private static IBulk Of(Call call) => call.Site.Services.GetRequiredService<IBulk>();

    private static async Task StartAsync(Call call)
    {
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var dry = body.Root.ValueKind == JsonValueKind.Object
            && body.Root.TryGetProperty("dry_run", out var flag) && flag.ValueKind == JsonValueKind.True;
        if (!dry)
        {
            call.Require(ApiRole.Operator);
        }

        var request = RequestOf(call, body.Root);
        if (dry)
        {
            var preview = await Of(call).PreviewAsync(request, call.Cancelled).ConfigureAwait(false);
            await call.JsonAsync(200, json => Write(json, preview)).ConfigureAwait(false);
            return;
        }

        await Once.DoAsync(call, body.Root, _ => MakeAsync(call, request), kept => AgainAsync(call, kept)).ConfigureAwait(false);
    }

    private static async Task<Made> MakeAsync(Call call, BulkRequest request)
    {
        var made = await Of(call).StartAsync(request, call.Cancelled).ConfigureAwait(false);
        var location = call.Address(string.Create(CultureInfo.InvariantCulture, $"/api/bulk/{made.Id}"));
        return new(202, made.Id.ToString(CultureInfo.InvariantCulture), location, () =>
        {
            call.Http.Response.Headers.Location = location;
            return call.JsonAsync(202, json => Write(json, made));
        });
    }

    private static async Task AgainAsync(Call call, string kept)
    {
        var made = await Of(call).FindAsync(long.Parse(kept, CultureInfo.InvariantCulture), call.Cancelled).ConfigureAwait(false)
            ?? throw new ProblemException("gone", "This request made an operation that has been removed since.");
        await call.JsonAsync(200, json => Write(json, made, deduplicated: true)).ConfigureAwait(false);
    }

    private static BulkRequest RequestOf(Call call, JsonElement root)
    {
        var fields = new Fields(root, "", "action", "query", "ids", "params", "dry_run", "expected", "max");
        _ = fields.Flag("dry_run");
        if (fields.Word<BulkAction>("action") is not { } action)
        {
            fields.Required("action");
            return null!;
        }

        var (query, ids, given) = (fields.Text("query"), IdsOf(fields), ParamsOf(call, fields));
        var (needed, there) = action switch
        {
            BulkAction.Reprioritise => ("priority", given.Priority is not null),
            BulkAction.Reschedule => ("run_at", given.RunAt is not null),
            BulkAction.Move => ("queue", given.Queue is not null),
            _ => ("", true),
        };
        if (!there)
        {
            throw Fields.Fault($"/params/{needed}", "required", $"The action {Words.Of(action)} needs {needed}.");
        }

        if (string.IsNullOrWhiteSpace(query) && ids is not { Count: > 0 })
        {
            throw Fields.Fault(
                "/query", "required", "A bulk operation needs a query that is not empty, or ids. For all jobs say id:*.");
        }

        return new()
        {
            Action = action,
            Query = query,
            Ids = ids,
            Params = given,
            Expected = fields.Long("expected", 0, long.MaxValue),
            Max = fields.Whole("max", 1, BulkRequest.MostMax) ?? BulkRequest.DefaultMax,
            By = call.Caller.Actor,
            Scope = call.Caller.Scope,
        };
    }

    private static IReadOnlyList<JobId>? IdsOf(Fields fields)
    {
        if (fields.Texts("ids") is not { } texts)
        {
            return null;
        }

        if (texts.Count > MostIds)
        {
            throw Fields.Fault(
                "/ids", "too_many", $"At most {MostIds} ids are taken, but {texts.Count} were given. Use a query.", ("max", MostIds));
        }

        var ids = new List<JobId>(texts.Count);
        foreach (var text in texts)
        {
            ids.Add(JobId.TryParse(text, out var id)
                ? id
                : throw Fields.Fault($"/ids/{ids.Count}", "type_mismatch", $"{Shown.Text(text)} is no number of a job."));
        }

        return ids;
    }

    private static BulkParams ParamsOf(Call call, Fields fields)
    {
        if (!fields.TryGet("params", out var element))
        {
            return new();
        }

        var given = new Fields(
            element, "/params", "force", "from", "priority", "run_at", "queue", "reason", "grace_ms", "cancel_children", "note");
        var now = call.Now;
        return new()
        {
            Force = given.Flag("force"),
            FromStart = given.Text("from") switch
            {
                null => null,
                "checkpoint" => false,
                "start" => true,
                var other => throw Fields.Fault(
                    given.At("from"), "out_of_range", $"It is one of checkpoint and start, but was {Shown.Text(other)}."),
            },
            Priority = given.Whole("priority", Priority.Lowest, Priority.Highest),
            RunAt = given.Checked("run_at", () => given.Time("run_at") is { } at ? Bounds.RunAt(at, now) : (DateTimeOffset?)null),
            Queue = QueueOf(call, given),
            Reason = given.Checked("reason", () => Names.Short(given.Text("reason"), Bounds.MaxMessage, "A reason")),
            Grace = given.Milliseconds("grace_ms", TimeSpan.Zero, Bounds.MaxGrace),
            CancelChildren = given.Flag("cancel_children"),
            Note = given.Checked("note", () => Names.Short(given.Text("note"), Bounds.MaxMessage, "A note")),
        };
    }

    private static string? QueueOf(Call call, Fields given)
    {
        var queue = given.Checked("queue", () => given.Text("queue") is { } name ? Names.Queue(name) : null);
        return queue is null || call.Caller.Scope.SeesQueue(queue)
            ? queue
            : throw new ProblemException(
                "forbidden", $"This key may not move jobs to the queue {Shown.Text(queue)}.", ("needs", $"queue {queue}"));
    }

    /// <summary>The newest operations that the caller may see.</summary>
    public static async Task<IReadOnlyList<BulkOperation>> ReadAsync(Call call) =>
        [.. (await Of(call).ListAsync(null, 50, call.Cancelled).ConfigureAwait(false)).Where(one => Sees(call, one))];

    private static async Task ListAsync(Call call)
    {
        var limit = call.Limit();
        long? before = call.Cursor("bulk") is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;
        var found = await Of(call).ListAsync(before, limit, call.Cancelled).ConfigureAwait(false);
        var next = call.Next("bulk", found.Count == limit ? found[^1].Id.ToString(CultureInfo.InvariantCulture) : null);
        await call.JsonAsync(
            200, json => PageJson.Write(json, found.Where(one => Sees(call, one)), static (writer, one) => Write(writer, one), next))
            .ConfigureAwait(false);
    }

    private static async Task GetAsync(Call call)
    {
        var found = await FindAsync(call).ConfigureAwait(false);
        await call.JsonAsync(200, json => Write(json, found)).ConfigureAwait(false);
    }

    private static async Task CancelAsync(Call call)
    {
        var found = await FindAsync(call).ConfigureAwait(false);
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var after = await Of(call).CancelAsync(found.Id, call.Caller.Actor, call.Cancelled).ConfigureAwait(false);
        await call.JsonAsync(200, json => Write(json, after)).ConfigureAwait(false);
    }

    private static async Task<BulkOperation> FindAsync(Call call)
    {
        var found = JobId.TryRead(call.Path("id"), out var id)
            ? await Of(call).FindAsync(id, call.Cancelled).ConfigureAwait(false)
            : null;
        if (found is null || !Sees(call, found))
        {
            throw Call.NotFound();
        }

        call.CheckParameters();
        return found;
    }

    // What others did may name jobs that a limited caller must not know of.
    private static bool Sees(Call call, BulkOperation operation) =>
        call.Caller.Scope.IsAll || operation.RequestedBy == call.Caller.Actor;

    private static void Write(Utf8JsonWriter json, BulkPreview preview)
    {
        json.WriteStartObject();
        json.WriteBoolean("dry_run", true);
        json.WriteNumber("matched", preview.Matched);
        json.WriteBoolean("matched_is_minimum", preview.MatchedIsMinimum);
        json.WriteNumber("would_change", preview.WouldChange);
        json.WriteStartArray("would_skip");
        foreach (var (code, count) in preview.WouldSkip)
        {
            json.WriteStartObject();
            json.WriteString("code", Codes.Public(code) is var known && known == "internal" ? code : known);
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("sample");
        foreach (var id in preview.Sample)
        {
            json.WriteStringValue(id.ToString());
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes an operation.</summary>
    public static void Write(Utf8JsonWriter json, BulkOperation operation, bool? deduplicated = null)
    {
        json.WriteStartObject();
        JobJson.Id(json, "id", operation.Id);
        json.WriteString("action", Words.Of(operation.Action));
        json.WriteString("query", operation.Query);
        Params(json, operation.Params);
        json.WriteString("state", Words.Of(operation.State));
        json.WriteNumber("total", operation.Total);
        json.WriteNumber("done", operation.Done);
        json.WriteNumber("changed", operation.Changed);
        json.WriteNumber("skipped", operation.Skipped);
        json.WriteNumber("failed", operation.Failed);
        json.WriteStartArray("errors");
        foreach (var (job, code) in operation.Errors)
        {
            json.WriteStartObject();
            JobJson.Id(json, "job_id", job);
            json.WriteString("code", code);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("requested_by", operation.RequestedBy);
        Times.Write(json, "created_at", operation.CreatedAt);
        Times.Write(json, "ended_at", operation.EndedAt);
        if (deduplicated is { } known)
        {
            json.WriteBoolean("deduplicated", known);
        }

        json.WriteEndObject();
    }

    // Only what was given.
    private static void Params(Utf8JsonWriter json, BulkParams given)
    {
        json.WriteStartObject("params");
        Flag("force", given.Force);
        Text("from", given.FromStart is { } start ? (start ? "start" : "checkpoint") : null);
        Number("priority", given.Priority);
        if (given.RunAt is { } at)
        {
            Times.Write(json, "run_at", at);
        }

        Text("queue", given.Queue);
        Text("reason", given.Reason);
        Number("grace_ms", given.Grace is { } grace ? (long)grace.TotalMilliseconds : null);
        Flag("cancel_children", given.CancelChildren);
        Text("note", given.Note);
        json.WriteEndObject();

        void Flag(string name, bool? value)
        {
            if (value is { } known)
            {
                json.WriteBoolean(name, known);
            }
        }

        void Text(string name, string? value)
        {
            if (value is not null)
            {
                json.WriteString(name, value);
            }
        }

        void Number(string name, long? value)
        {
            if (value is { } known)
            {
                json.WriteNumber(name, known);
            }
        }
    }
}
