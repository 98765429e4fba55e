using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string Reopen = """
        update job set state = 'queued', reason = null, run_at = @now, generation = generation + 1,
            failures = 0, losses = 0, unbegun = 0, snoozes = 0, recoveries = recoveries + @recovered, priority = @priority,
            ended_at = null, dismissed_at = null, cancel_requested_at = null, start_by = null, row_version = row_version + 1
        where id = @id and state = @from
        """;

    private const string DropCheckpoint = "delete from checkpoint where job_id = @id";
    private const string DropProgress = "delete from progress where job_id = @id";
    private const string DropCancel = "delete from job_cancel where id = @id";
    private const string DropEnd = "delete from job_end where id = @id";
    private const string SaveRecovery = """
        insert into job_recovery (id, attempt, recovery_id, rule, by) values (@id, @attempt, @recovery, @rule, @by)
        on conflict (id) do update
        set attempt = excluded.attempt, recovery_id = excluded.recovery_id, rule = excluded.rule, by = excluded.by
        """;

    private const string DropRecovery = "delete from job_recovery where id = @id";
    private const string SelectAwaitsApproval = "select requires_approval = 1 from job_body where id = @id";
    private const string SelectKeyHolder = "select job_id from unique_key where type = @type and key = @key and job_id <> @id";
    private const string TakeUniqueKey = """
        insert into unique_key (type, key, job_id, body_hash)
        select @type, @key, id, body_hash from job_body where id = @job
        on conflict do nothing
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Changed>> RetryAsync(RetryRequest request, CancellationToken cancellationToken) =>
        WriteAsync<IReadOnlyList<Changed>>(
            batch => [.. request.Ids.Select(id => Retry(batch, id, request, Micros.Of(request.Now)))],
            cancellationToken);

    private static Changed Retry(Batch batch, JobId id, RetryRequest request, long now)
    {
        if (Head.Find(batch, id.Value) is not { } head)
        {
            return new Changed(id, "not_found", null);
        }

        if (Refusal(batch.Db, head, request) is { } refused)
        {
            return refused;
        }

        var happened = request.Recovery is null ? JobEvent.Retried : JobEvent.Recovered;
        var to = Transitions.Next(head.State, happened)!.Value;
        if (head.UniqueKey is { } key)
        {
            batch.Db.Use(TakeUniqueKey).Bind(head.Line.Type).Bind(key).Bind(id).Run();
        }

        var priority = Rescore(batch.Db, id, head.Priority, 0, default);
        batch.Db.Use(Reopen).Bind(now).Bind(request.Recovery is null ? 0L : 1L).Bind(priority).Bind(id).Bind(Words.Of(head.State)).Run();
        batch.Db.Use(DropCancel).Bind(id).Run();
        batch.Db.Use(DropEnd).Bind(id).Run();
        if (request.FromStart)
        {
            batch.Db.Use(DropCheckpoint).Bind(id).Run();
            batch.Db.Use(DropProgress).Bind(id).Run();
        }

        if (request.Recovery is { } mark)
        {
            batch.Db.Use(SaveRecovery).Bind(id).Bind(head.Attempt + 1).Bind(mark.RecoveryId).Bind(mark.Rule).Bind(mark.By).Run();
        }
        else
        {
            batch.Db.Use(DropRecovery).Bind(id).Run();
        }

        batch.Move(head.Line, head.State, to);
        if (head.State == JobState.Failed && head.DismissedAt is null)
        {
            batch.Die(head.Line, -1, id.Value);
        }

        batch.JobEvent(
            request.Recovery is null ? EventKind.Retried : EventKind.Recovered, id.Value, head.Generation + 1, head.Attempt, head.State, to,
            now, request.By, request.Recovery?.Rule ?? (request.Force ? "force" : null));
        Audit(batch, now, id, new(request.Recovery is null ? "job.retry" : "job.recover", request.By, Before: AuditJson.State(head.State),
            After: AuditJson.State(to), Detail: request.Force ? "force" : null));
        batch.Runnable(priority);
        return new Changed(id, null, to);
    }

    private static Changed? Refusal(Connection db, Head head, RetryRequest request)
    {
        var id = new JobId(head.Id);
        if (head.State == JobState.Succeeded)
        {
            return new Changed(id, "already_succeeded", head.State);
        }

        if (!Transitions.IsTerminal(head.State))
        {
            return new Changed(id, "not_final", head.State);
        }

        if (request.Term is { } term && !Leads(db, term))
        {
            return new Changed(id, "not_leader", head.State);
        }

        if (request.RowVersion is { } seen && seen != head.RowVersion)
        {
            return new Changed(id, "row_version_mismatch", head.State, Detail: $"row_version {head.RowVersion}");
        }

        if (request.Recovery is not null)
        {
            if (head.State != JobState.Failed || head.DismissedAt is not null)
            {
                return new Changed(id, "not_recoverable", head.State);
            }

            if (head.Recoveries >= request.RecoveryCap)
            {
                return new Changed(id, "recovery_cap", head.State, Detail: $"recovered {head.Recoveries} times");
            }
        }
        else if (head.State == JobState.Failed && !request.Force
            && ErrorOf(db, id) is { } error && PermanentErrors.Contains(error.Category))
        {
            return new Changed(id, "not_retryable", head.State, Detail: $"{Words.Of(error.Category)} by rule {error.Rule}");
        }

        var approval = db.Use(SelectAwaitsApproval).Bind(id);
        var awaits = approval.Step() && approval.Flag(0);
        approval.Reset();
        if (awaits)
        {
            return new Changed(id, "not_approved", head.State);   // a new generation starts at once, and nobody has said yes
        }

        if (head.UniqueKey is { } key)
        {
            var holder = db.Use(SelectKeyHolder).Bind(head.Line.Type).Bind(key).Bind(id);
            var other = holder.Step() ? new JobId(holder.Long(0)) : (JobId?)null;
            holder.Reset();
            if (other is not null)
            {
                return new Changed(id, "unique_key_in_use", head.State, other);
            }
        }

        return null;
    }
}
