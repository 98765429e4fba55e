using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string AskToStop = """
        update pawl.job_state set cancel_requested_at = $1, row_version = row_version + 1
        where id = $2 and state = 'running' and cancel_requested_at is null
        """;

    private const string SaveCancel = """
        insert into pawl.job_cancel (id, by, reason, end_reason, grace_us) values ($1, $2, $3, $4, $5)
        on conflict (id) do update set
            by = excluded.by, reason = excluded.reason, end_reason = excluded.end_reason, grace_us = excluded.grace_us
        """;

    // Through those that have ended, too: what they left behind is still open. Each is looked up by its number, whatever the planner
    // makes of the size of a family, or every job would be read.
    private const string SelectOpenBelow = """
        with recursive below (id) as (
            select id from pawl.job where parent_id = $1
            union all
            select child.id from below cross join lateral (select id from pawl.job where parent_id = below.id offset 0) child
        )
        select id from below
        where (select job_id from pawl.done where job_id = below.id) is null
            and (select ended_at from pawl.job_state where id = below.id) is null
        order by id
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Changed>> CancelAsync(CancelRequest request, CancellationToken cancellationToken) =>
        WriteAsync<IReadOnlyList<Changed>>(
            async batch => await CancelAllAsync(batch, request, Micros.Of(request.Now)).ConfigureAwait(false), cancellationToken);

    /// <summary>The newest first: what was asked for by name has ended so before its parent, or what it waits for, takes it along.
    /// Answers in the order they were named.</summary>
    private static async ValueTask<Changed[]> CancelAllAsync(Batch batch, CancelRequest request, long now)
    {
        // Their rows are locked in the order of their numbers all the same, or two calls might wait for each other.
        foreach (var id in request.Ids.Count > 1 ? request.Ids.Order() : Enumerable.Empty<JobId>())
        {
            await Plain.WriteOutAsync(batch, id.Value).ConfigureAwait(false);
        }

        var replies = new Changed[request.Ids.Count];
        foreach (var (index, id) in request.Ids.Index().OrderByDescending(static one => one.Item.Value))
        {
            replies[index] = await CancelAskedAsync(batch, id, request, now).ConfigureAwait(false);
        }

        return replies;
    }

    /// <summary>Does something to each job of a call, in the order of their numbers, or two calls might wait for each other. Answers in
    /// the order they were named.</summary>
    private static async ValueTask<IReadOnlyList<Changed>> EachAsync(IReadOnlyList<JobId> ids, Func<JobId, ValueTask<Changed>> change)
    {
        var replies = new Changed[ids.Count];
        foreach (var (index, id) in ids.Index().OrderBy(static one => one.Item.Value))
        {
            replies[index] = await change(id).ConfigureAwait(false);
        }

        return replies;
    }

    private static async ValueTask<Changed> CancelAskedAsync(Batch batch, JobId id, CancelRequest request, long now)
    {
        var (before, changed) = await CancelAsync(batch, id, request, request.EndReason, now).ConfigureAwait(false);
        if (changed is { Refusal: null, State: { } after } && before != JobState.Cancelled)
        {
            Audit(batch, now, id, new("job.cancel", request.By, Before: AuditJson.State(before!.Value), After: AuditJson.State(after),
                Detail: request.Reason));
        }

        if (!request.Children || changed.Refusal is not null)
        {
            return changed;
        }

        var open = await batch.Db.Use(SelectOpenBelow).Bind(id).ListAsync(static row => new JobId(row.Long(0))).ConfigureAwait(false);
        foreach (var child in open)
        {
            await CancelAsync(batch, child, request, EndReason.Parent, now).ConfigureAwait(false);
        }

        return changed;
    }

    private static async ValueTask<(JobState? Before, Changed Changed)> CancelAsync(
        Batch batch, JobId id, CancelRequest request, EndReason reason, long now)
    {
        if (await Head.FindAsync(batch, id.Value).ConfigureAwait(false) is not { } head)
        {
            return (null, new Changed(id, "not_found", null));
        }

        if (head.State == JobState.Cancelled)
        {
            return (head.State, new Changed(id, null, head.State));   // asked again: it is as wished
        }

        if (Transitions.IsTerminal(head.State))
        {
            return (head.State, new Changed(id, "already_final", head.State));
        }

        if (head.State == JobState.Running)
        {
            if (head.CancelRequestedAt is null)
            {
                batch.Db.Use(AskToStop).Bind(now).Bind(id).Later();
                SaveCancelOf(batch.Db, id, request, reason);
                batch.JobEvent(
                    EventKind.CancelRequested, id.Value, head.Generation, head.Attempt, null, null,
                    now, request.By, Words.Of(reason), request.Reason);
                batch.Attention(head.WorkerId!.Value);
            }

            return (head.State, new Changed(id, null, head.State, WorkerId: head.WorkerId));
        }

        SaveCancelOf(batch.Db, id, request, reason);
        await EndUnstartedAsync(batch, id.Value, JobEvent.Cancelled, Words.Of(reason), request.By, now, request.Reason)
            .ConfigureAwait(false);
        return (head.State, new Changed(id, null, await StateOfAsync(batch, id).ConfigureAwait(false)));
    }

    private static void SaveCancelOf(Session db, JobId id, CancelRequest request, EndReason reason) =>
        db.Use(SaveCancel).Bind(id).Bind(request.By).Bind(request.Reason).Bind(Words.Of(reason)).Bind(request.Grace).Later();
}
