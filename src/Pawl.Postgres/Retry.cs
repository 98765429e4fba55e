using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string Reopen = """
        update pawl.job_state
        set state = 'queued', reason = null, run_at = $1, generation = generation + 1,
            failures = 0, losses = 0, unbegun = 0, snoozes = 0, recoveries = recoveries + $2, priority = $3,
            moved = moved or priority <> $3, ended_at = null, dismissed_at = null, cancel_requested_at = null, start_by = null,
            row_version = row_version + 1
        where id = $4 and state = $5
        """;

    private const string DropCheckpoint = "delete from pawl.checkpoint where job_id = $1";
    private const string DropProgress = "delete from pawl.progress where job_id = $1";
    private const string DropCancel = "delete from pawl.job_cancel where id = $1";
    private const string DropEnd = "delete from pawl.job_end where id = $1";
    private const string SaveRecovery = """
        insert into pawl.job_recovery (id, attempt, recovery_id, rule, by) values ($1, $2, $3, $4, $5)
        on conflict (id) do update
        set attempt = excluded.attempt, recovery_id = excluded.recovery_id, rule = excluded.rule, by = excluded.by
        """;

    private const string DropRecovery = "delete from pawl.job_recovery where id = $1";
    private const string SelectKeyHolder = "select job_id from pawl.unique_key where type = $1 and key = $2 and job_id <> $3";
    private const string TakeUniqueKey = """
        insert into pawl.unique_key (type, key, job_id, body_hash)
        select $1, $2, id, body_hash from pawl.job where id = $3
        on conflict do nothing
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Changed>> RetryAsync(RetryRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            batch => EachAsync(request.Ids, id => RetryAsync(batch, id, request, Micros.Of(request.Now))),
            cancellationToken);

    private static async ValueTask<Changed> RetryAsync(Batch batch, JobId id, RetryRequest request, long now)
    {
        if (await Head.FindAsync(batch, id.Value).ConfigureAwait(false) is not { } head)
        {
            return new Changed(id, "not_found", null);
        }

        if (await RefusalAsync(batch, head, request).ConfigureAwait(false) is { } refused)
        {
            return refused;
        }

        var happened = request.Recovery is null ? JobEvent.Retried : JobEvent.Recovered;
        var to = Transitions.Next(head.State, happened)!.Value;
        if (head.UniqueKey is { } key)
        {
            batch.Db.Use(TakeUniqueKey).Bind(head.Line.Type).Bind(key).Bind(id).Later();
        }

        var priority = await RescoreAsync(batch.Db, id, head.Priority, 0, default).ConfigureAwait(false);
        batch.Db.Use(Reopen).Bind(now).Bind(request.Recovery is null ? 0 : 1).Bind(priority).Bind(id).Bind(Words.Of(head.State)).Later();
        batch.Db.Use(DropCancel).Bind(id).Later();
        batch.Db.Use(DropEnd).Bind(id).Later();
        if (request.FromStart)
        {
            batch.Db.Use(DropCheckpoint).Bind(id).Later();
            batch.Db.Use(DropProgress).Bind(id).Later();
        }

        if (request.Recovery is { } mark)
        {
            batch.Db.Use(SaveRecovery).Bind(id).Bind(head.Attempt + 1).Bind(mark.RecoveryId).Bind(mark.Rule).Bind(mark.By).Later();
        }
        else
        {
            batch.Db.Use(DropRecovery).Bind(id).Later();
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

    private static async ValueTask<Changed?> RefusalAsync(Batch batch, Head head, RetryRequest request)
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

        if (request.Term is { } term && !await LeadsAsync(batch.Db, term).ConfigureAwait(false))
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
            && await ErrorOfAsync(batch.Db, id).ConfigureAwait(false) is { } error && PermanentErrors.Contains(error.Category))
        {
            return new Changed(id, "not_retryable", head.State, Detail: $"{Words.Of(error.Category)} by rule {error.Rule}");
        }

        if (head.AwaitsApproval)
        {
            return new Changed(id, "not_approved", head.State);   // a new generation starts at once, and nobody has said yes
        }

        if (head.UniqueKey is { } key)
        {
            // Who stores a new job with this key waits for us, or we for it.
            await KeyLock.TakeSoonAsync(batch, [KeyLock.Of($"unique {head.Line.Type}", key)]).ConfigureAwait(false);
            var holder = await batch.Db.Use(SelectKeyHolder).Bind(head.Line.Type).Bind(key).Bind(id).NumberAsync().ConfigureAwait(false);
            if (holder is { } other)
            {
                return new Changed(id, "unique_key_in_use", head.State, new JobId(other));
            }
        }

        return null;
    }
}
