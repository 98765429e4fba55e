using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string EditJob = """
        update job set state = @to, reason = @reason, line_id = @line, priority = @priority, run_at = @run_at,
            start_by = case when @clear then null else coalesce(@start_by, start_by) end,
            max_attempts = coalesce(@max_attempts, max_attempts),
            held = null, deferred = @deferred, row_version = row_version + 1
        where id = @id and state = @from
        """;

    private const string SaveTags = "update job_body set tags = @tags where id = @id";
    private const string Touch = "update job set row_version = row_version + 1 where id = @id";

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Changed>> EditAsync(EditRequest request, CancellationToken cancellationToken) =>
        WriteAsync<IReadOnlyList<Changed>>(
            batch => [.. request.Ids.Select(id => Edit(batch, id, request, Micros.Of(request.Now)))],
            cancellationToken);

    private static Changed Edit(Batch batch, JobId id, EditRequest request, long now)
    {
        if (Head.Find(batch, id.Value) is not { } head)
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

        var to = fields ? EditFields(batch, head, request, now) : head.State;
        if (!fields)
        {
            batch.Db.Use(Touch).Bind(id).Run();
        }

        if (request.Tags is { } tags)
        {
            batch.Db.Use(SaveTags).Bind(StoreJson.Write(tags)).Bind(id).Run();
        }

        var what = Described(request);
        batch.JobEvent(
            EventKind.Edited, id.Value, head.Generation, head.Attempt, to == head.State ? null : head.State, to == head.State ? null : to,
            now, request.By, what);
        var before = AuditJson.Job(head.Priority, head.Line.Queue, Micros.ToTime(head.RunAt));
        Audit(batch, now, id, new("job.edit", request.By, Before: before, After: AuditJson.Edit(request)));
        return new Changed(id, null, to);
    }

    private static JobState EditFields(Batch batch, Head head, EditRequest request, long now)
    {
        var runAt = request.RunAt is { } asked ? Math.Max(Micros.Of(asked), now) : head.RunAt;
        var to = request.RunAt is null
            ? head.State
            : Transitions.Next(head.State, runAt > now ? JobEvent.Postponed : JobEvent.Hastened)!.Value;
        var reason = request.RunAt is null ? head.Reason : to == JobState.Scheduled ? Words.Of(WaitReason.Delay) : null;
        var line = request.Queue is { } queue ? batch.Lines.Get(batch.Db, queue, head.Line.Type) : head.Line;
        var priority = request.Priority ?? head.Priority;
        var deferred = head.Deferred && request.RunAt is null;   // a time given by a person goes before the budget
        batch.Db.Use(EditJob).Bind(Words.Of(to)).Bind(reason).Bind(line.Id).Bind(priority).Bind(runAt)
            .Bind(request.ClearStartBy).Bind(request.StartBy).Bind(request.MaxAttempts).Bind(deferred).Bind(head.Id)
            .Bind(Words.Of(head.State)).Run();
        if (request.Priority is { } points)
        {
            batch.Db.Use(SaveReasons).Bind(StoreJson.Write(PriorityScore.Explicit(points).Reasons)).Bind(head.Id).Run();
        }

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
            FreeKey(batch, head.ConcurrencyKey);   // it may be the one of its line that a freed key was offered to
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
