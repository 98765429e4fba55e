using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>What an end means for the jobs that waited for it: dependents, holders of a key, children. Always in the transaction of the
/// end.</summary>
internal sealed partial class PostgresStore
{
    private const string SelectDependents = """
        select job_id, accept, on_failed from pawl.dependency where on_job_id = $1 and not met order by job_id
        """;

    private const string SelectEndedEdges = """
        select d.on_job_id, d.accept, d.on_failed, s.state
        from pawl.dependency d join pawl.job_state s on s.id = d.on_job_id
        where d.job_id = $1 and not d.met and s.ended_at is not null
        order by d.on_job_id
        """;

    // before its edges, as everybody does who ends a job that waits
    private const string LockDependent = "select 1 from pawl.job_state where id = $1 for update";
    private const string MeetEdge = "update pawl.dependency set met = true where job_id = $1 and on_job_id = $2 and not met";
    private const string CloseEdges = "update pawl.dependency set met = true where job_id = $1 and not met";
    private const string MetOne = "update pawl.job_state set waits_on = waits_on - 1 where id = $1 and state = 'blocked'";
    private const string SelectBlocked = """
        select line_id, waits_on, priority, run_at, generation, attempt, start_by
        from pawl.job_state where id = $1 and state = 'blocked'
        for update
        """;

    private const string Unblock = """
        update pawl.job_state set state = $1, reason = $2, row_version = row_version + 1
        where id = $3 and state = 'blocked' and waits_on = 0
        """;

    private const string StillApproval = """
        update pawl.job_state set reason = 'approval'
        where id = $1 and state = 'blocked' and not exists (select 1 from pawl.dependency where job_id = $1 and not met)
        """;

    private const string EndWaiting = """
        update pawl.job_state
        set state = $1, reason = $2, ended_at = $3, held = null, deferred = false, row_version = row_version + 1
        where id = $4 and state = $5 and state <> 'running' and ended_at is null
        """;

    // A key that also an ended job holds is kept by a success.
    private const string FreeUniqueKey = """
        delete from pawl.unique_key
        where type = $1 and key = $2 and job_id = $3
            and ($4 or exists (select 1 from pawl.job where id = $3 and unique_hold = 'active'))
        """;

    /// <summary>After an end: frees its keys and lets go who waited.</summary>
    private static async ValueTask EndedAsync(
        Batch batch, Line line, long id, JobState state, string? uniqueKey, string? concurrencyKey, long now, bool awaited = true)
    {
        if (uniqueKey is not null)
        {
            batch.Db.Use(FreeUniqueKey).Bind(line.Type).Bind(uniqueKey).Bind(id).Bind(state != JobState.Succeeded).Later();
        }

        await FreeKeyAsync(batch, concurrencyKey).ConfigureAwait(false);
        if (awaited)
        {
            await LetGoAsync(batch, id, state, now).ConfigureAwait(false);
        }
    }

    /// <summary>Applies an end to the jobs that depend on it, and theirs to those behind them: one after another, because a chain of
    /// dependencies may be longer than the stack is deep.</summary>
    private static async ValueTask LetGoAsync(Batch batch, long id, JobState state, long now)
    {
        batch.Ends.Enqueue((id, state));
        if (batch.Ends.Count > 1)
        {
            return;   // the loop below is at work and comes to this one
        }

        while (batch.Ends.TryPeek(out var end))
        {
            var dependents = await batch.Db.Use(SelectDependents).Bind(end.Job).ListAsync(static row =>
                (Job: row.Long(0), Accept: row.Word<DependencyWhen>(1), OnFailed: row.Word<DependencyOnFailed>(2))).ConfigureAwait(false);
            foreach (var (job, accept, onFailed) in dependents)
            {
                await MeetAsync(batch, job, end.Job, accept, onFailed, end.State, now).ConfigureAwait(false);
            }

            batch.Ends.Dequeue();
        }
    }

    /// <summary>A new job may wait for one that has ended badly already; its edge rule applies at once.</summary>
    private static async ValueTask MeetEndedAsync(Batch batch, long id, long now)
    {
        var edges = await batch.Db.Use(SelectEndedEdges).Bind(id).ListAsync(static row =>
            (On: row.Long(0), Accept: row.Word<DependencyWhen>(1), OnFailed: row.Word<DependencyOnFailed>(2), State: row.State(3)))
            .ConfigureAwait(false);
        foreach (var (on, accept, onFailed, state) in edges)
        {
            await MeetAsync(batch, id, on, accept, onFailed, state, now).ConfigureAwait(false);
        }
    }

    private static async ValueTask MeetAsync(
        Batch batch, long job, long on, DependencyWhen accept, DependencyOnFailed onFailed, JobState ended, long now)
    {
        if (!Meets(accept, ended) && onFailed != DependencyOnFailed.Run)
        {
            var happened = onFailed == DependencyOnFailed.Fail ? JobEvent.DependencyFailed : JobEvent.DependencyCancelled;
            var why = $"Job {on} ended {Words.Of(ended)}.";
            await EndUnstartedAsync(batch, job, happened, Words.Of(EndReason.DependencyFailed), "engine", now, why).ConfigureAwait(false);
            return;
        }

        batch.Db.Use(LockDependent).Bind(job).LaterUnread();
        if (await batch.Db.Use(MeetEdge).Bind(job).Bind(on).RunAsync().ConfigureAwait(false) == 1)   // else it was ended meanwhile
        {
            batch.Db.Use(MetOne).Bind(job).Later();
            await ReleaseAsync(batch, job, now, "engine").ConfigureAwait(false);
        }
    }

    /// <summary>Lets a blocked job go when nothing is open any more.</summary>
    private static async ValueTask ReleaseAsync(Batch batch, long id, long now, string? actor)
    {
        var blocked = await batch.Db.Use(SelectBlocked).Bind(id).ValueAsync(static row => (
            Line: row.Int(0), WaitsOn: row.Int(1), Priority: row.Int(2), RunAt: row.Long(3), Generation: row.Int(4), Attempt: row.Int(5),
            StartBy: row.TimeOrNull(6))).ConfigureAwait(false);
        if (blocked is not { } job)
        {
            return;
        }

        if (job.WaitsOn > 0)
        {
            batch.Db.Use(StillApproval).Bind(id).Later();
            return;
        }

        var happened = job.RunAt > now ? JobEvent.UnblockedLater : JobEvent.Unblocked;
        var to = Transitions.Next(JobState.Blocked, happened)!.Value;
        var line = await batch.LineAsync(job.Line).ConfigureAwait(false);
        batch.Db.Use(Unblock).Bind(Words.Of(to)).Bind(to == JobState.Scheduled ? Words.Of(WaitReason.Delay) : null).Bind(id).Later();
        batch.Move(line, JobState.Blocked, to);
        batch.JobEvent(EventKind.Unblocked, id, job.Generation, job.Attempt, JobState.Blocked, to, now, actor);
        Hint(batch, to, job.Priority, job.RunAt, job.StartBy);
    }

    /// <summary>Ends a job that does not run: cancel, expiry, failed dependency. Whether it did.</summary>
    private static async ValueTask<bool> EndUnstartedAsync(
        Batch batch, long id, JobEvent happened, string? reason, string? actor, long now, string? why = null)
    {
        if (await Head.FindAsync(batch, id).ConfigureAwait(false) is not { } head || Transitions.Next(head.State, happened) is not { } to)
        {
            return false;
        }

        var rows = await batch.Db.Use(EndWaiting).Bind(Words.Of(to)).Bind(to == JobState.Cancelled ? reason : null).Bind(now)
            .Bind(id).Bind(Words.Of(head.State)).RunAsync().ConfigureAwait(false);
        if (rows != 1)
        {
            return false;
        }

        if (head.Held is not null)
        {
            batch.Hold(head.Line, -1);
        }

        Leave(batch, head);
        if (head.State == JobState.Blocked)
        {
            batch.Db.Use(CloseEdges).Bind(id).Later();
        }

        batch.Move(head.Line, head.State, to);
        if (to == JobState.Failed)
        {
            batch.TallyOf(head.Line, now).Died();
            var error = StoreJson.Write(DependencyError(why, now));
            batch.Db.Use(SaveEnd).Bind(id).Bind((string?)null).Bind((string?)null).Bind(error).Later();
            batch.Die(head.Line, 1, id);
        }

        batch.JobEvent(
            to == JobState.Failed ? EventKind.Failed : EventKind.Cancelled, id, head.Generation, head.Attempt, head.State, to,
            now, actor, reason, data: why is null ? null : Quoted(why));

        // A queued job may be the one that a freed key was offered to; then the next must be asked.
        var freed = head.InLine ? head.ConcurrencyKey : null;
        await EndedAsync(batch, head.Line, id, to, head.UniqueKey, freed, now, head.Awaited).ConfigureAwait(false);
        return true;
    }

    private static JobError DependencyError(string? why, long now) => new()
    {
        Category = ErrorCategory.DependencyFailed,
        Code = Words.Of(ErrorCategory.DependencyFailed),
        Message = why ?? "A job it waited for did not succeed.",
        Disposition = Disposition.Fail,
        Rule = "dependency.fail",
        Fingerprint = "00000d0f",
        OccurredAt = Micros.ToTime(now),
    };

    private static string Quoted(string text) => $"{{\"why\":{System.Text.Json.JsonSerializer.Serialize(text, StoreJson.Default.String)}}}";
}
