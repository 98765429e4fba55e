using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectState = "select state from job where id = @id";
    private const string SelectDepth = "select depth from job_body where id = @id";
    private const string SelectHolders = "select id from job where concurrency_key = @key and state = 'running' order by id limit @most";

    private const string InsertJob = """
        insert into job (id, line_id, state, reason, priority, run_at, max_attempts, concurrency_key, unique_key, waits_on, start_by,
            created_at, created_seq)
        values (@id, @line, @state, @reason, @priority, @run_at, @max_attempts, @concurrency_key, @unique_key, @waits_on, @start_by,
            @created_at, @created_seq)
        """;

    private const string InsertBody = """
        insert into job_body (id, payload, priority_reasons, trigger, kind, parent_id, rerun_of, depth, requires_approval, timeout_us,
            grace_us, deadline_at, max_items, rate_key, circuit, unique_hold, force, versions, tags, traceparent, requested_by,
            body_hash)
        values (@id, @payload, @priority_reasons, @trigger, @kind, @parent_id, @rerun_of, @depth, @requires_approval, @timeout, @grace,
            @deadline_at, @max_items, @rate_key, @circuit, @unique_hold, @force, @versions, @tags, @traceparent, @requested_by,
            @body_hash)
        """;

    // apart, so that the many jobs that just wait write nothing of it
    private const string SetOnBusy = "update job_body set on_busy = @on_busy where id = @id";

    private const string InsertDependency = """
        insert into dependency (job_id, on_job_id, accept, on_failed, met) values (@job, @on, @accept, @on_failed, @met)
        on conflict do nothing
        """;

    private const int MostDepth = 8;

    private IReadOnlyList<PriorityReason>? _lastReasons;
    private string? _lastReasonsJson;

    /// <inheritdoc/>
    public ValueTask<EnqueueReply> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken) =>
        WriteAsync(batch => Enqueue(batch, request.Jobs, Micros.Of(request.Now)), cancellationToken);

    /// <summary>All or none: everything is checked before the first row is written.</summary>
    private EnqueueReply Enqueue(Batch batch, IReadOnlyList<NewJob> jobs, long now)
    {
        var known = new Enqueued?[jobs.Count];
        Dictionary<(string, string), int>? inRequest = null;
        for (var index = 0; index < jobs.Count; index++)
        {
            var job = jobs[index];
            if (Refuse(batch, job, now, out var there) is var (code, other) && code is not null)
            {
                return new EnqueueReply([], new EnqueueRefusal(index, code, other));
            }

            known[index] = there;
            if ((job.UniqueKey ?? job.IdempotencyKey) is not null)
            {
                inRequest ??= [];
                if (Twin(inRequest, jobs, index, out var conflict) is { } first)
                {
                    if (conflict is { } with)
                    {
                        return new EnqueueReply([], new EnqueueRefusal(index, "idempotency_conflict", null, with));
                    }

                    known[index] ??= new Enqueued(new JobId(-first), true, default);   // resolved below, when the first one has its number
                }
            }
        }

        var replies = new Enqueued[jobs.Count];
        for (var index = 0; index < jobs.Count; index++)
        {
            replies[index] = known[index] switch
            {
                null => Insert(batch, jobs[index], now),
                { Id.Value: <= 0 } twin => replies[-twin.Id.Value] with { Deduplicated = true },
                { } there => there,
            };
            if (known[index] is not null)
            {
                KeepRequest(batch.Db, jobs[index], replies[index].Id, now);
            }
        }

        return new EnqueueReply(replies);
    }

    /// <summary>The job of the same request that shows one of its keys before it, and the one among these that is another job.</summary>
    private static int? Twin(
        Dictionary<(string, string), int> inRequest, IReadOnlyList<NewJob> jobs, int index, out int? conflict)
    {
        var job = jobs[index];
        int? first = null;
        conflict = null;
        foreach (var key in new[] { (job.Type, job.UniqueKey), ("", job.IdempotencyKey) })
        {
            if (key.Item2 is { } text && !inRequest.TryAdd((key.Item1, text), index))
            {
                var twin = inRequest[(key.Item1, text)];
                first ??= twin;
                conflict ??= jobs[twin].BodyHash.Span.SequenceEqual(job.BodyHash.Span) ? null : twin;
            }
        }

        return first;
    }

    private static (string? Code, JobId? Other) Refuse(Batch batch, NewJob job, long now, out Enqueued? there)
    {
        there = null;
        if (job.Id is { } reserved && StateOf(batch, reserved) is { } stands)
        {
            there = new Enqueued(reserved, true, stands);
            return default;
        }

        foreach (var (found, hash) in Holders(batch.Db, job, now))
        {
            if (!hash.AsSpan().SequenceEqual(job.BodyHash.Span))
            {
                return ("idempotency_conflict", found);
            }

            there ??= new Enqueued(found, true, StateOf(batch, found) ?? JobState.Succeeded);
        }

        if (there is not null)
        {
            return default;
        }

        if (job is { ConcurrencyKey: { } key, OnBusy: OnBusy.Reject } && Holder(batch, key) is { } holder)
        {
            return ("lock_held", holder);
        }

        foreach (var dependency in job.DependsOn)
        {
            if (StateOf(batch, dependency.On) is null)
            {
                return ("dependency_missing", dependency.On);
            }
        }

        return job.ParentId is { } parent && Depth(batch.Db, parent) >= MostDepth ? ("depth_exceeded", parent) : default;
    }

    /// <summary>The oldest of a key's running jobs when the key has no room.</summary>
    private static JobId? Holder(Batch batch, string key)
    {
        var most = batch.Queues.KeyMaxRunning(key);
        JobId? first = null;
        var count = 0;
        for (var row = batch.Db.Use(SelectHolders).Bind(key).Bind((long)most); row.Step(); count++)
        {
            first ??= new JobId(row.Long(0));
        }

        return count >= most ? first : null;
    }

    private static JobState? StateOf(Batch batch, JobId id)
    {
        if (batch.Leases.Holds(id.Value))
        {
            return JobState.Running;
        }

        var row = batch.Db.Use(SelectState).Bind(id);
        JobState? state = row.Step() ? row.State(0) : null;
        row.Reset();
        return state;
    }

    private static long Depth(Connection db, JobId id)
    {
        var row = db.Use(SelectDepth).Bind(id);
        var depth = row.Step() ? row.Long(0) : 0;
        row.Reset();
        return depth;
    }

    private Enqueued Insert(Batch batch, NewJob job, long now)
    {
        var id = job.Id?.Value ?? batch.NextJobId();
        var line = batch.Lines.Get(batch.Db, job.Queue, job.Type);
        var runAt = job.RunAt is { } asked ? Math.Max(Micros.Of(asked), now) : now;
        var edges = job.DependsOn.Count == 0 ? [] : Edges(batch, job.DependsOn);
        var waitsOn = edges.Count(edge => !edge.Met) + (job.RequiresApproval ? 1 : 0);
        var happened = waitsOn > 0 ? JobEvent.CreatedBlocked : runAt > now ? JobEvent.CreatedScheduled : JobEvent.CreatedQueued;
        var state = Transitions.First(happened)!.Value;
        var reason = state switch
        {
            JobState.Scheduled => Words.Of(WaitReason.Delay),
            JobState.Blocked => Words.Of(edges.Any(edge => !edge.Met) ? BlockReason.Dependency : BlockReason.Approval),
            _ => null,
        };
        var seq = batch.Event(EventKind.Created, id, 1, 0, null, state, now, job.RequestedBy, Words.Of(job.Trigger));
        batch.Db.Use(InsertJob).Bind(id).Bind(line.Id).Bind(Words.Of(state)).Bind(reason).Bind(job.Priority).Bind(runAt)
            .Bind(job.MaxAttempts).Bind(job.ConcurrencyKey).Bind(job.UniqueKey).Bind((long)waitsOn).Bind(job.StartBy)
            .Bind(now).Bind(seq).Run();
        InsertBodyOf(batch.Db, id, job);
        batch.Enter(line, null, state, job.Priority, runAt, id);
        batch.Minutes.Of(line, now).Created++;
        if (job.UniqueKey is { } unique)
        {
            batch.Db.Use(InsertUniqueKey).Bind(job.Type).Bind(unique).Bind(id).BindBlob(job.BodyHash.Span).Run();
        }

        if (job.IdempotencyKey is { } request)
        {
            SaveRequest(batch.Db, job, request, id, now);
        }

        foreach (var edge in edges)
        {
            var (dependency, met) = edge;
            batch.Db.Use(InsertDependency).Bind(id).Bind(dependency.On).Bind(Words.Of(dependency.When))
                .Bind(Words.Of(dependency.OnFailed)).Bind(met).Run();
            batch.OpenDependencies += met ? 0 : 1;
        }

        Hint(batch, state, job.Priority, runAt, job.StartBy);
        if (edges.Count > 0 && waitsOn > 0)
        {
            MeetEnded(batch, id, now);
            state = StateOf(batch, new JobId(id)) ?? state;
        }

        return new Enqueued(new JobId(id), false, state);
    }

    /// <summary>Which of the wanted jobs have ended well already: those edges are met from the start.</summary>
    private static List<(Dependency Edge, bool Met)> Edges(Batch batch, IReadOnlyList<Dependency> dependencies) =>
        [.. dependencies.DistinctBy(edge => edge.On).Select(edge => (edge, Meets(edge.When, StateOf(batch, edge.On))))];

    private static bool Meets(DependencyWhen accept, JobState? state) =>
        state == JobState.Succeeded || (accept == DependencyWhen.Terminal && state is { } ended && Transitions.IsTerminal(ended));

    private static void Hint(Batch batch, JobState state, int priority, long runAt, DateTimeOffset? startBy)
    {
        if (state == JobState.Queued)
        {
            batch.Runnable(priority);
        }
        else if (state == JobState.Scheduled)
        {
            batch.Scheduled(Micros.ToTime(runAt));
        }

        if (startBy is { } limit)
        {
            batch.Scheduled(limit);
        }
    }

    private void InsertBodyOf(Connection db, long id, NewJob job)
    {
        var depth = job.ParentId is { } parent ? Depth(db, parent) + 1 : 0;
        db.Use(InsertBody).Bind(id).BindText(job.Payload.Span).Bind(Reasons(job.PriorityReasons)).Bind(Words.Of(job.Trigger)).Bind(job.Kind)
            .Bind(job.ParentId).Bind(job.RerunOf).Bind(depth).Bind(job.RequiresApproval).Bind(job.Timeout).Bind(job.Grace)
            .Bind(job.DeadlineAt).Bind(job.MaxItems).Bind(job.RateKey).Bind(job.Circuit)
            .Bind(job.UniqueHold == default ? null : Words.Of(job.UniqueHold)).Bind(job.Force == default ? null : Words.Of(job.Force))
            .Bind(StoreJson.Write(job.Versions)).Bind(StoreJson.Write(job.Tags)).Bind(job.Traceparent).Bind(job.RequestedBy)
            .BindBlobOrNull(job.BodyHash.Span).Run();
        if (job.OnBusy != default)
        {
            db.Use(SetOnBusy).Bind(Words.Of(job.OnBusy)).Bind(id).Run();
        }
    }

    /// <summary>Jobs of one type mostly share their list of reasons, so its text is kept for the next one.</summary>
    private string? Reasons(IReadOnlyList<PriorityReason> reasons)
    {
        if (!ReferenceEquals(reasons, _lastReasons))
        {
            _lastReasonsJson = StoreJson.Write(reasons);
            _lastReasons = reasons;
        }

        return _lastReasonsJson;
    }
}
