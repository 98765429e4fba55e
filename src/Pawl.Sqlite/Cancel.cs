using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string AskToStop = """
        update job set cancel_requested_at = @now, row_version = row_version + 1
        where id = @id and state = 'running' and cancel_requested_at is null
        """;

    private const string SaveCancel = """
        insert into job_cancel (id, by, reason, end_reason, grace_us) values (@id, @by, @reason, @end_reason, @grace)
        on conflict (id) do update set
            by = excluded.by, reason = excluded.reason, end_reason = excluded.end_reason, grace_us = excluded.grace_us
        """;

    // through those that have ended, too: what they left behind is still open
    private const string SelectOpenBelow = """
        with recursive below (id) as (
            select id from job_body where parent_id = @parent
            union all
            select b.id from below join job_body b on b.parent_id = below.id
        )
        select below.id from below cross join job j on j.id = below.id   -- in this order, or every job would be read
        where j.ended_at is null
        order by below.id
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Changed>> CancelAsync(CancelRequest request, CancellationToken cancellationToken) =>
        WriteAsync<IReadOnlyList<Changed>>(batch => CancelAll(batch, request, Micros.Of(request.Now)), cancellationToken);

    /// <summary>The newest first: what was asked for by name has ended so before its parent, or what it waits for, takes it along.
    /// Answers in the order they were named.</summary>
    private Changed[] CancelAll(Batch batch, CancelRequest request, long now)
    {
        var replies = new Changed[request.Ids.Count];
        foreach (var (index, id) in request.Ids.Index().OrderByDescending(static one => one.Item.Value))
        {
            replies[index] = CancelAsked(batch, id, request, now);
        }

        return replies;
    }

    private Changed CancelAsked(Batch batch, JobId id, CancelRequest request, long now)
    {
        var before = StateOf(batch, id);
        var changed = Cancel(batch, id, request, request.EndReason, now);
        if (changed is { Refusal: null, State: { } after } && before != JobState.Cancelled)
        {
            Audit(batch, now, id, new("job.cancel", request.By, Before: AuditJson.State(before!.Value), After: AuditJson.State(after),
                Detail: request.Reason));
        }

        if (!request.Children || changed.Refusal is not null)
        {
            return changed;
        }

        var open = new List<JobId>();
        for (var row = batch.Db.Use(SelectOpenBelow).Bind(id); row.Step();)
        {
            open.Add(new JobId(row.Long(0)));
        }

        foreach (var child in open)
        {
            Cancel(batch, child, request, EndReason.Parent, now);
        }

        return changed;
    }

    private Changed Cancel(Batch batch, JobId id, CancelRequest request, EndReason reason, long now)
    {
        if (Head.Find(batch, id.Value) is not { } head)
        {
            return new Changed(id, "not_found", null);
        }

        if (head.State == JobState.Cancelled)
        {
            return new Changed(id, null, head.State);   // asked again: it is as wished
        }

        if (Transitions.IsTerminal(head.State))
        {
            return new Changed(id, "already_final", head.State);
        }

        if (head.State == JobState.Running)
        {
            if (batch.Db.Use(AskToStop).Bind(now).Bind(id).Run() == 1)
            {
                SaveCancelOf(batch.Db, id, request, reason);
                batch.JobEvent(
                    EventKind.CancelRequested, id.Value, head.Generation, head.Attempt, null, null,
                    now, request.By, Words.Of(reason), request.Reason);
                batch.Attention(head.WorkerId!.Value);
            }
        }
        else
        {
            SaveCancelOf(batch.Db, id, request, reason);
            EndUnstarted(batch, id.Value, JobEvent.Cancelled, Words.Of(reason), request.By, now, request.Reason);
        }

        return new Changed(id, null, StateOf(batch, id), WorkerId: head.State == JobState.Running ? head.WorkerId : null);
    }

    private static void SaveCancelOf(Connection db, JobId id, CancelRequest request, EndReason reason) =>
        db.Use(SaveCancel).Bind(id).Bind(request.By).Bind(request.Reason).Bind(Words.Of(reason)).Bind(request.Grace).Run();
}
