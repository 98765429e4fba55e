using System.Text.Json;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Commands one job.</summary>
internal static class JobCommands
{
    private static readonly Answer[] AJob = [new(200, "Job")];

    private static readonly Parameter IfMatch = new("If-Match", "The ETag of the job that was seen, or * for whatever it is.");

    public static IReadOnlyList<Route> Routes { get; } =
    [
        .. Cancels("/api"),
        .. Cancels(""),   // what clients of other systems have always called
        .. Retries("/api"),
        .. Retries(""),
        new("POST", "/api/jobs/{id}/run-again", Need.Submitter, RunAgainAsync)
        {
            Does = "Creates a new job from this one.", Body = "RunAgain", BodyOptional = true, Creates = true,
            Headers = [new("Idempotency-Key", "Repeats of the request with this key make nothing anew for 24 h.")],
            Answers = [new(201, "CreatedJob"), new(200, "CreatedJob")],
        },
        new("PATCH", "/api/jobs/{id}", Need.Operator, EditAsync)
        {
            Does = "Changes priority, time, queue, limits or tags.", Body = "JobEdit", Headers = [IfMatch], Answers = AJob,
        },
        new("DELETE", "/api/jobs/{id}", Need.Operator, DeleteAsync)
        {
            Does = "Removes an ended job and all it holds.", Headers = [IfMatch], Answers = [new(204)],
        },
        new("POST", "/api/jobs/{id}/dismiss", Need.Operator, DismissAsync)
        {
            Does = "Takes a failed job off the dead list.", Body = "Note", BodyOptional = true, Answers = AJob,
        },
        new("POST", "/api/jobs/{id}/undismiss", Need.Operator, UndismissAsync)
        {
            Does = "Puts a dismissed job back on the dead list.", Body = "Nothing", BodyOptional = true, Answers = AJob,
        },
        new("POST", "/api/jobs/{id}/approve", Need.Operator, ApproveAsync)
        {
            Does = "Lets a job go that waits for an approval.", Body = "Nothing", BodyOptional = true, Answers = AJob,
        },
        new("POST", "/api/jobs/{id}/reject", Need.Operator, RejectAsync)
        {
            Does = "Cancels a job that waits for an approval.", Body = "Reason", BodyOptional = true, Answers = AJob,
        },
    ];

    private static IEnumerable<Route> Cancels(string root) => ((string[])["PUT", "POST"]).Select(verb =>
        new Route(verb, $"{root}/jobs/{{id}}/cancel", Need.Operator, CancelAsync)
        {
            Does = "Stops a job: at once when it waits, by asking its attempt when it runs.", Body = "Cancel", BodyOptional = true,
            Answers = [new(200, "Job"), new(202, "Job")],
        });

    private static IEnumerable<Route> Retries(string root) =>
    [
        new("POST", $"{root}/jobs/{{id}}/retry", Need.Operator, RetryAsync)
        {
            Does = "Queues a failed or cancelled job again.", Body = "Retry", BodyOptional = true, Answers = AJob,
        },
    ];

    private static async Task CancelAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var options = new CancelOptions { By = call.Caller.Actor };
        if (!body.IsEmpty)
        {
            var fields = new Fields(body.Root, "", "reason", "grace_ms", "cancel_children");
            options = options with
            {
                Reason = Sentence(fields, "reason"),
                Grace = fields.Milliseconds("grace_ms", TimeSpan.Zero, Bounds.MaxGrace),
                Children = fields.Flag("cancel_children") ?? true,
            };
        }

        var result = await call.Site.Jobs.CancelAsync(job.Id, options, call.Cancelled).ConfigureAwait(false);
        if (!result.Done && !(result is { Refusal: "already_final", State: JobState.Cancelled }))
        {
            await JobReply.RefuseAsync(call, result).ConfigureAwait(false);
        }

        var after = await call.Site.Jobs.FindAsync(job.Id, call.Cancelled).ConfigureAwait(false) ?? throw Call.NotFound();
        await JobReply.WriteAsync(call, Transitions.IsTerminal(after.State) ? 200 : 202, after).ConfigureAwait(false);
    }

    private static async Task RetryAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var options = new RetryOptions { By = call.Caller.Actor };
        if (!body.IsEmpty)
        {
            var fields = new Fields(body.Root, "", "from", "force");
            options = options with { FromStart = FromStart(fields), Force = fields.Flag("force") ?? false };
        }

        await DoneAsync(call, await call.Site.Jobs.RetryAsync(job.Id, options, call.Cancelled).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static bool FromStart(Fields fields) => fields.Text("from") switch
    {
        null or "checkpoint" => false,
        "start" => true,
        var other => throw Fields.Fault(
            fields.At("from"), "out_of_range", $"It is one of checkpoint and start, but was {Shown.Text(other)}."),
    };

    private static async Task RunAgainAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var options = new RunAgainOptions { RequestedBy = call.Caller.Actor };
        if (!body.IsEmpty)
        {
            var fields = new Fields(body.Root, "", "payload", "queue", "priority", "force");
            options = options with
            {
                Payload = fields.Has("payload") ? JobDrafts.PayloadOf(fields) : default(ReadOnlyMemory<byte>?),   // null would be no bytes
                Queue = fields.Checked("queue", () => fields.Text("queue") is { } queue ? Names.Queue(queue) : null),
                Priority = fields.Whole("priority", Priority.Lowest, Priority.Highest),
                Force = fields.Word<Force>("force") ?? Force.None,
            };
        }

        if (options.Force != Force.None)
        {
            call.Require(ApiRole.Operator);
        }

        if (!call.Caller.Scope.Sees(options.Queue ?? job.Queue, job.Type))
        {
            throw new ProblemException(
                "forbidden",
                $"This key may not create jobs in the queue {Shown.Text(options.Queue)}.",
                ("needs", $"queue {options.Queue}"));
        }

        JsonElement? root = body.IsEmpty ? null : body.Root;
        await Once.DoAsync(call, root, MakeAsync, kept => Jobs.AgainAsync(call, kept)).ConfigureAwait(false);

        async Task<Made> MakeAsync(string? key)
        {
            var asked = options with { IdempotencyKey = key };
            var result = await call.Site.Jobs.RunAgainAsync(job.Id, asked, call.Cancelled).ConfigureAwait(false);
            return await Jobs.MadeAsync(call, result).ConfigureAwait(false);
        }
    }

    private static async Task EditAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var fields = new Fields(body.Root, "", "priority", "run_at", "queue", "start_by", "max_attempts", "tags");
        var now = call.Now;
        var edit = new JobEdit
        {
            By = call.Caller.Actor,
            Priority = Needed(fields, "priority", fields.Whole("priority", Priority.Lowest, Priority.Highest)),
            RunAt = Needed(
                fields,
                "run_at",
                fields.Checked("run_at", () => fields.Time("run_at") is { } at ? Bounds.RunAt(at, now) : (DateTimeOffset?)null)),
            Queue = Needed(fields, "queue", fields.Checked("queue", () => fields.Text("queue") is { } queue ? Names.Queue(queue) : null)),
            StartBy = fields.Time("start_by"),
            ClearStartBy = fields.Has("start_by") && !fields.TryGet("start_by", out _),
            MaxAttempts = Needed(fields, "max_attempts", fields.Whole("max_attempts", 1, 100)),
            Tags = TagsOf(job, fields, body.Merges),
        };
        if (edit.Queue is { } to && !call.Caller.Scope.Sees(to, job.Type))
        {
            throw new ProblemException(
                "forbidden", $"This key may not move jobs to the queue {Shown.Text(to)}.", ("needs", $"queue {to}"));
        }

        call.IfMatch(job.RowVersion);
        edit = edit with { RowVersion = call.NamesVersion ? job.RowVersion : null };
        await DoneAsync(call, await call.Site.Jobs.EditAsync(job.Id, edit, call.Cancelled).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>As a merge, tags are added to those there are, and null takes one away; else they replace them.</summary>
    private static IReadOnlyDictionary<string, string>? TagsOf(Job job, Fields fields, bool merges)
    {
        var given = fields.Checked("tags", () => Names.Tags(fields.Map("tags", nulls: merges)));
        if (given is null)
        {
            return fields.Has("tags") ? new Dictionary<string, string>() : null;
        }

        if (!merges)
        {
            return given;
        }

        fields.TryGet("tags", out var element);
        var tags = new Dictionary<string, string>(job.Tags, StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (given.TryGetValue(member.Name, out var value))
            {
                tags[member.Name] = value;
            }
            else
            {
                tags.Remove(member.Name);
            }
        }

        return fields.Checked("tags", () => Names.Tags(tags));
    }

    // Only start_by can be taken away.
    private static T Needed<T>(Fields fields, string name, T value) => value is null && fields.Has(name)
        ? throw Fields.Fault(
            fields.At(name), "type_mismatch", $"'{name}' can be changed, but not taken away. Leave it out, or give a value.")
        : value;

    private static async Task DeleteAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        call.IfMatch(job.RowVersion);
        var result = await call.Site.Jobs.DeleteAsync(job.Id, call.Caller.Actor, call.Cancelled).ConfigureAwait(false);
        if (!result.Done)
        {
            await JobReply.RefuseAsync(call, result).ConfigureAwait(false);
        }

        await call.EmptyAsync(204).ConfigureAwait(false);
    }

    private static async Task DismissAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var note = body.IsEmpty ? null : Sentence(new(body.Root, "", "note"), "note");
        var result = await call.Site.Jobs.DismissAsync(job.Id, call.Caller.Actor, note, call.Cancelled).ConfigureAwait(false);
        if (!result.Done && job.DismissedAt is not null)
        {
            await JobReply.WriteAsync(call, 200, job.Id).ConfigureAwait(false);   // it was done before
            return;
        }

        await DoneAsync(call, result).ConfigureAwait(false);
    }

    private static async Task UndismissAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        await NoBodyAsync(call).ConfigureAwait(false);
        var result = await call.Site.Jobs.UndismissAsync(job.Id, call.Caller.Actor, call.Cancelled).ConfigureAwait(false);
        await DoneAsync(call, result).ConfigureAwait(false);
    }

    private static async Task ApproveAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        await NoBodyAsync(call).ConfigureAwait(false);
        await DoneAsync(call, await call.Site.Jobs.ApproveAsync(job.Id, call.Caller.Actor, call.Cancelled).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    private static async Task RejectAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var reason = body.IsEmpty ? null : Sentence(new(body.Root, "", "reason"), "reason");
        if (job is not { State: JobState.Blocked, RequiresApproval: true })
        {
            throw new ProblemException("not_awaiting_approval", $"Job {job.Id} is {Words.Of(job.State)} and waits for no approval.");
        }

        var options = new CancelOptions { By = call.Caller.Actor, Reason = reason ?? "rejected" };
        await DoneAsync(call, await call.Site.Jobs.CancelAsync(job.Id, options, call.Cancelled).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    private static async Task DoneAsync(Call call, CommandResult result)
    {
        if (!result.Done)
        {
            await JobReply.RefuseAsync(call, result).ConfigureAwait(false);
        }

        await JobReply.WriteAsync(call, 200, result.Id).ConfigureAwait(false);
    }

    private static async Task NoBodyAsync(Call call)
    {
        using var body = await call.BodyAsync().ConfigureAwait(false);
        if (!body.IsEmpty)
        {
            _ = new Fields(body.Root, "");
        }
    }

    private static string? Sentence(Fields fields, string name) =>
        fields.Checked(name, () => Names.Short(fields.Text(name), Bounds.MaxMessage, "It"));
}
