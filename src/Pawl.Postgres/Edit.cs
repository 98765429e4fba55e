using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string EditJob = """
        update pawl.job_state
        set state = $1, reason = $2, line_id = $3, priority = $4, priority_reasons = coalesce($5, priority_reasons), run_at = $6,
            start_by = case when $12 then null else coalesce($7, start_by) end, max_attempts = coalesce($8, max_attempts),
            held = null, deferred = $9, moved = moved or line_id <> $3 or priority <> $4, row_version = row_version + 1
        where id = $10 and state = $11
        """;

    private const string SaveTags = "update pawl.job set tags = $1 where id = $2";
    private const string Touch = "update pawl.job_state set row_version = row_version + 1 where id = $1";
    private const string LockBody = "select 1 from pawl.job where id = $1 for update";

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Changed>> EditAsync(EditRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            batch => EachAsync(request.Ids, id => EditAsync(batch, id, request, Micros.Of(request.Now))),
            cancellationToken);

    private static async ValueTask<Changed> EditAsync(Batch batch, JobId id, EditRequest request, long now)
    {
        var found = await Head.FindAsync(batch, id.Value).ConfigureAwait(false);
        if (found?.State == JobState.Succeeded)
        {
            found = await FindSucceededAsync(batch, id).ConfigureAwait(false);
        }

        if (found is not { } head)
        {
            return new Changed(id, "not_found", null);
        }

        if (request.RowVersion is { } seen && seen != head.RowVersion)
        {
            return new Changed(id, "row_version_mismatch", head.State, Detail: $"row_version {head.RowVersion}");
        }

        var fields = request is not { Priority: null, RunAt: null, Queue: null, StartBy: null, ClearStartBy: false, MaxAttempts: null };
        var editable = head.State is JobState.Scheduled or JobState.Queued || (head.State == JobState.Blocked && request.RunAt is null);
        if (fields && !editable)
        {
            return new Changed(id, "not_editable", head.State);
        }

        var to = fields ? await EditFieldsAsync(batch, head, request, now).ConfigureAwait(false) : head.State;
        if (!fields)
        {
            batch.Db.Use(Touch).Bind(id).Later();
        }

        if (request.Tags is { } tags)
        {
            batch.Db.Use(SaveTags).Bind(StoreJson.Write(tags)).Bind(id).Later();
        }

        var what = Described(request);
        batch.JobEvent(
            EventKind.Edited, id.Value, head.Generation, head.Attempt, to == head.State ? null : head.State, to == head.State ? null : to,
            now, request.By, what);
        var before = AuditJson.Job(head.Priority, head.Line.Queue, Micros.ToTime(head.RunAt));
        Audit(batch, now, id, new("job.edit", request.By, Before: before, After: AuditJson.Edit(request)));
        return new Changed(id, null, to);
    }

    /// <summary>One that has succeeded the plain way gets a row for its version; under a lock on its body, or who purges it meanwhile would
    /// leave that row behind.</summary>
    private static async ValueTask<Head?> FindSucceededAsync(Batch batch, JobId id)
    {
        if (!await batch.Db.Use(LockBody).Bind(id).AnyAsync().ConfigureAwait(false))
        {
            return null;
        }

        await Plain.WriteOutDoneAsync(batch, id.Value).ConfigureAwait(false);
        return await Head.FindAsync(batch, id.Value).ConfigureAwait(false);
    }

    private static async ValueTask<JobState> EditFieldsAsync(Batch batch, Head head, EditRequest request, long now)
    {
        var runAt = request.RunAt is { } asked ? Math.Max(Micros.Of(asked), now) : head.RunAt;
        var to = request.RunAt is null
            ? head.State
            : Transitions.Next(head.State, runAt > now ? JobEvent.Postponed : JobEvent.Hastened)!.Value;
        var reason = request.RunAt is null ? head.Reason : to == JobState.Scheduled ? Words.Of(WaitReason.Delay) : null;
        var line = request.Queue is { } queue ? await batch.LineAsync(queue, head.Line.Type).ConfigureAwait(false) : head.Line;
        var priority = request.Priority ?? head.Priority;
        var reasons = request.Priority is { } points ? StoreJson.Write(PriorityScore.Explicit(points).Reasons) : null;
        var deferred = head.Deferred && request.RunAt is null;   // a time given by a person goes before the budget
        batch.Db.Use(EditJob).Bind(Words.Of(to)).Bind(reason).Bind(line.Id).Bind(priority).Bind(reasons).Bind(runAt)
            .Bind(request.StartBy).Bind(request.MaxAttempts).Bind(deferred).Bind(head.Id)
            .Bind(Words.Of(head.State)).Bind(request.ClearStartBy).Later();
        if (head.Held is not null)
        {
            batch.Hold(head.Line, -1);   // it stands in its line again; the next claim holds it anew if its key is still full
        }

        Leave(batch, head);
        batch.Move(head.Line, head.State, null);
        batch.Move(line, null, to);
        if (to == JobState.Queued)
        {
            batch.Retry(line, head.Failures, 1);
        }
        else if (deferred)
        {
            batch.Defer(line, 1);
            batch.Runnable(priority);   // there may be room for it where it stands now
        }

        if (head.InLine && (to != JobState.Queued || line != head.Line))
        {
            await FreeKeyAsync(batch, head.ConcurrencyKey).ConfigureAwait(false);   // it may be the one that a freed key was offered to
        }

        Hint(batch, to, priority, runAt, request.StartBy);
        return to;
    }

    private static string Described(EditRequest request)
    {
        var parts = new List<string>();
        Add("priority", request.Priority);
        Add("run_at", request.RunAt is { } at ? Rfc3339.Text(at) : null);
        Add("queue", request.Queue);
        Add("start_by", request.StartBy is { } by ? Rfc3339.Text(by) : null);
        Add("start_by", request.ClearStartBy ? "none" : null);
        Add("max_attempts", request.MaxAttempts);
        Add("tags", request.Tags?.Count);
        return string.Join(", ", parts);

        void Add(string name, object? value)
        {
            if (value is not null)
            {
                parts.Add($"{name} {value}");
            }
        }
    }
}
