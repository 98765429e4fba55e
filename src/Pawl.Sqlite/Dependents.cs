using Pawl.Storage;

namespace Pawl.Sqlite;

/// <summary>What an end means for the jobs that waited for it: dependents, holders of a key, children. Always in the transaction of the
/// end.</summary>
internal sealed partial class SqliteStore
{
    private const string SelectDependents = """
        select job_id, accept, on_failed from dependency where on_job_id = @on and met = 0 order by job_id
        """;

    private const string SelectEndedEdges = """
        select d.on_job_id, d.accept, d.on_failed, j.state
        from dependency d join job j on j.id = d.on_job_id
        where d.job_id = @job and d.met = 0 and j.ended_at is not null
        """;

    private const string MeetEdge = "update dependency set met = 1 where job_id = @job and on_job_id = @on and met = 0";
    private const string CountOpenEdges = "select count(*) from dependency where job_id = @job and met = 0";
    private const string CloseEdges = "update dependency set met = 1 where job_id = @job and met = 0";
    private const string MetOne = "update job set waits_on = waits_on - 1 where id = @id and state = 'blocked'";
    private const string SelectBlocked = """
        select line_id, waits_on, priority, run_at, generation, attempt, start_by from job where id = @id and state = 'blocked'
        """;

    private const string Unblock = """
        update job set state = @to, reason = @reason, row_version = row_version + 1 where id = @id and state = 'blocked' and waits_on = 0
        """;

    private const string StillApproval = "update job set reason = 'approval' where id = @id and state = 'blocked'";
    private const string EndWaiting = """
        update job set state = @to, reason = @reason, ended_at = @now, held = null, deferred = 0, row_version = row_version + 1
        where id = @id and state = @from and state <> 'running' and ended_at is null
        """;

    private const string SaveEnd = """
        insert into job_end (id, result, degraded, error) values (@id, @result, @degraded, @error)
        on conflict (id) do update set result = excluded.result, degraded = excluded.degraded, error = excluded.error
        """;

    private const string SelectWaiter = """
        select id, priority, failures from job
        where concurrency_key = @key and line_id = @line and held is not null
        order by priority desc, run_at, id limit 1
        """;

    private const string Unhold = "update job set held = null where id = @id and state = 'queued' and held is not null";
    private const string FreeUniqueKey = "delete from unique_key where type = @type and key = @key and job_id = @job";
    private const string SelectHold = "select unique_hold from job_body where id = @id";

    /// <summary>After an end: frees its keys and lets go who waited.</summary>
    private static void Ended(Batch batch, Line line, long id, JobState state, string? uniqueKey, string? concurrencyKey, long now)
    {
        if (uniqueKey is not null && (state != JobState.Succeeded || HoldsActiveOnly(batch.Db, id)))
        {
            batch.Db.Use(FreeUniqueKey).Bind(line.Type).Bind(uniqueKey).Bind(id).Run();
        }

        FreeKey(batch, concurrencyKey);
        if (batch.OpenDependencies > 0)
        {
            LetGo(batch, id, state, now);
        }
    }

    /// <summary>Applies an end to the jobs that depend on it, and theirs to those behind them: one after another, because a chain of
    /// dependencies may be longer than the stack is deep.</summary>
    private static void LetGo(Batch batch, long id, JobState state, long now)
    {
        batch.Ends.Enqueue((id, state));
        if (batch.Ends.Count > 1)
        {
            return;   // the loop below is at work and comes to this one
        }

        try
        {
            while (batch.Ends.TryPeek(out var end))
            {
                foreach (var (job, accept, onFailed) in Dependents(batch.Db, end.Job))
                {
                    Meet(batch, job, end.Job, accept, onFailed, end.State, now);
                }

                batch.Ends.Dequeue();
            }
        }
        finally
        {
            batch.Ends.Clear();
        }
    }

    /// <summary>A key has room: the first of each line that waits for it steps back into its line, and the first to be claimed gets
    /// it.</summary>
    /// <remarks>One of each line, because the first of all may stand in a line that is paused or that no worker serves.</remarks>
    private static void FreeKey(Batch batch, string? key)
    {
        if (key is null || batch.Held == 0)
        {
            return;
        }

        foreach (var line in batch.Lines.All)
        {
            if (line.Counts[Line.Held] == 0)
            {
                continue;
            }

            var waiter = batch.Db.Use(SelectWaiter).Bind(key).Bind(line.Id);
            if (!waiter.Step())
            {
                continue;
            }

            var (id, priority, failures) = (waiter.Long(0), waiter.Int(1), waiter.Int(2));
            waiter.Reset();
            if (batch.Db.Use(Unhold).Bind(id).Run() == 1)
            {
                batch.Hold(line, -1);
                batch.Retry(line, failures, 1);
                batch.Runnable(priority);
            }
        }
    }

    private static bool HoldsActiveOnly(Connection db, long id)
    {
        var row = db.Use(SelectHold).Bind(id);
        var active = row.Step() && row.WordOrNull<UniqueHold>(0) == UniqueHold.Active;
        row.Reset();
        return active;
    }

    private static List<(long Job, DependencyWhen Accept, DependencyOnFailed OnFailed)> Dependents(Connection db, long on)
    {
        var dependents = new List<(long, DependencyWhen, DependencyOnFailed)>();
        for (var row = db.Use(SelectDependents).Bind(on); row.Step();)
        {
            dependents.Add((row.Long(0), row.Word<DependencyWhen>(1), row.Word<DependencyOnFailed>(2)));
        }

        return dependents;
    }

    /// <summary>A new job may wait for one that has ended badly already; its edge rule applies at once.</summary>
    private static void MeetEnded(Batch batch, long id, long now)
    {
        var edges = new List<(long On, DependencyWhen, DependencyOnFailed, JobState)>();
        for (var row = batch.Db.Use(SelectEndedEdges).Bind(id); row.Step();)
        {
            edges.Add((row.Long(0), row.Word<DependencyWhen>(1), row.Word<DependencyOnFailed>(2), row.State(3)));
        }

        foreach (var (on, accept, onFailed, state) in edges)
        {
            Meet(batch, id, on, accept, onFailed, state, now);
        }
    }

    private static void Meet(Batch batch, long job, long on, DependencyWhen accept, DependencyOnFailed onFailed, JobState ended, long now)
    {
        if (Meets(accept, ended) || onFailed == DependencyOnFailed.Run)
        {
            batch.OpenDependencies -= batch.Db.Use(MeetEdge).Bind(job).Bind(on).Run();
            batch.Db.Use(MetOne).Bind(job).Run();
            Release(batch, job, now, "engine");
            return;
        }

        var happened = onFailed == DependencyOnFailed.Fail ? JobEvent.DependencyFailed : JobEvent.DependencyCancelled;
        EndUnstarted(batch, job, happened, Words.Of(EndReason.DependencyFailed), "engine", now, $"Job {on} ended {Words.Of(ended)}.");
    }

    /// <summary>Lets a blocked job go when nothing is open any more.</summary>
    private static void Release(Batch batch, long id, long now, string? actor)
    {
        var row = batch.Db.Use(SelectBlocked).Bind(id);
        if (!row.Step())
        {
            return;
        }

        var (line, waitsOn, priority, runAt) = (batch.Lines[row.Long(0)], row.Int(1), row.Int(2), row.Long(3));
        var (generation, attempt, startBy) = (row.Int(4), row.Int(5), row.TimeOrNull(6));
        row.Reset();
        if (waitsOn > 0)
        {
            if (batch.Db.Use(CountOpenEdges).Bind(id) is var open && open.Step() && open.Long(0) == 0)
            {
                open.Reset();
                batch.Db.Use(StillApproval).Bind(id).Run();
            }
            else
            {
                open.Reset();
            }

            return;
        }

        var happened = runAt > now ? JobEvent.UnblockedLater : JobEvent.Unblocked;
        var to = Transitions.Next(JobState.Blocked, happened)!.Value;
        if (batch.Db.Use(Unblock).Bind(Words.Of(to)).Bind(to == JobState.Scheduled ? Words.Of(WaitReason.Delay) : null).Bind(id).Run() == 1)
        {
            batch.Move(line, JobState.Blocked, to);
            batch.JobEvent(EventKind.Unblocked, id, generation, attempt, JobState.Blocked, to, now, actor);
            Hint(batch, to, priority, runAt, startBy);
        }
    }

    /// <summary>Ends a job that does not run: cancel, expiry, failed dependency. Whether it did.</summary>
    private static bool EndUnstarted(Batch batch, long id, JobEvent happened, string? reason, string? actor, long now, string? why = null)
    {
        if (Head.Find(batch, id) is not { } head || Transitions.Next(head.State, happened) is not { } to)
        {
            return false;
        }

        var rows = batch.Db.Use(EndWaiting).Bind(Words.Of(to)).Bind(to == JobState.Cancelled ? reason : null).Bind(now)
            .Bind(id).Bind(Words.Of(head.State)).Run();
        if (rows != 1)
        {
            return false;
        }

        if (head.Held is not null)
        {
            batch.Hold(head.Line, -1);
        }

        Leave(batch, head);
        if (head.State == JobState.Blocked && batch.OpenDependencies > 0)
        {
            batch.OpenDependencies -= batch.Db.Use(CloseEdges).Bind(id).Run();
        }

        batch.Move(head.Line, head.State, to);
        if (to == JobState.Failed)
        {
            batch.Minutes.Of(head.Line, now).Died++;
            var error = StoreJson.Write(DependencyError(why, now));
            batch.Db.Use(SaveEnd).Bind(id).BindNull().BindNull().Bind(error).Run();
            batch.Die(head.Line, 1, id);
        }

        batch.JobEvent(
            to == JobState.Failed ? EventKind.Failed : EventKind.Cancelled, id, head.Generation, head.Attempt, head.State, to,
            now, actor, reason, data: why is null ? null : Quoted(why));
        // A queued job may be the one that a freed key was offered to; then the next must be asked.
        var freed = head.InLine ? head.ConcurrencyKey : null;
        Ended(batch, head.Line, id, to, head.UniqueKey, freed, now);
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
