using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SelectState = """
        select coalesce(s.state, case
            when d.job_id is not null then 'succeeded'
            when exists (
                select 1 from pawl.lease l, unnest(l.lo, l.hi) as run (lo, hi)
                    where l.open and j.id between run.lo and run.hi) then 'running'
            else 'queued' end)
        from pawl.job j
        left join pawl.job_state s on s.id = j.id
        left join pawl.done d on d.job_id = j.id
        where j.id = $1
        """;

    private const string SelectDepth = "select coalesce(depth, 0) from pawl.job where id = $1";
    private const string SelectKeyLimit = "select max_running from pawl.key_limit where key = $1";
    private const string SelectHolders = """
        select id from pawl.job_state where concurrency_key = $1 and state = 'running' order by id limit $2
        """;

    private const string Await = """
        update pawl.job_state set awaited = true where id = $1 and ended_at is null and not awaited
        """;

    private const int MostDepth = 8;

    /// <inheritdoc/>
    public async ValueTask<EnqueueReply> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken)
    {
        ThrowIfNotReady();
        await GrowAsync(0).ConfigureAwait(false);   // this process's first
        var now = Micros.Of(request.Now);
        var reply = request.Jobs.All(StandsAlone)
            ? await EnqueueAloneAsync(request.Jobs, now, cancellationToken).ConfigureAwait(false)
            : await EnqueueAsync(request.Jobs, now, cancellationToken).ConfigureAwait(false);
        if (reply.Jobs.Count > 0)
        {
            await GrowAsync(reply.Jobs[^1].Id.Value).ConfigureAwait(false);
        }

        return reply;
    }

    /// <summary>All or none: everything is checked before the first row is written.</summary>
    private async ValueTask<EnqueueReply> EnqueueAsync(Batch batch, IReadOnlyList<NewJob> jobs, long now)
    {
        await LockKeysAsync(batch, jobs).ConfigureAwait(false);
        var known = new Enqueued?[jobs.Count];
        Dictionary<(string, string), int>? inRequest = null;
        for (var index = 0; index < jobs.Count; index++)
        {
            var job = jobs[index];
            var (code, other, there) = await RefuseAsync(batch, job, now).ConfigureAwait(false);
            if (code is not null)
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

        var fresh = new List<NewJob>(jobs.Count);
        for (var index = 0; index < jobs.Count; index++)
        {
            if (known[index] is null)
            {
                fresh.Add(jobs[index]);
            }
        }

        var made = fresh.Count == 0 ? [] : await InsertAsync(batch, fresh, now).ConfigureAwait(false);
        var replies = new Enqueued[jobs.Count];
        var next = 0;
        for (var index = 0; index < jobs.Count; index++)
        {
            replies[index] = known[index] switch
            {
                null => made[next++],
                { Id.Value: <= 0 } twin => replies[-twin.Id.Value] with { Deduplicated = true },
                { } there => there,
            };
            if (known[index] is not null)
            {
                await KeepRequestAsync(batch.Db, jobs[index], replies[index].Id, now).ConfigureAwait(false);
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

    private static async ValueTask<(string? Code, JobId? Other, Enqueued? There)> RefuseAsync(Batch batch, NewJob job, long now)
    {
        Enqueued? there = null;
        if (job.Id is { } reserved && await StateOfAsync(batch, reserved).ConfigureAwait(false) is { } stands)
        {
            return (null, null, new Enqueued(reserved, true, stands));
        }

        foreach (var (found, hash) in await HoldersAsync(batch.Db, job, now).ConfigureAwait(false))
        {
            if (!hash.AsSpan().SequenceEqual(job.BodyHash.Span))
            {
                return ("idempotency_conflict", found, null);
            }

            there ??= new Enqueued(found, true, await StateOfAsync(batch, found).ConfigureAwait(false) ?? JobState.Succeeded);
        }

        if (there is not null)
        {
            return (null, null, there);
        }

        if (job is { ConcurrencyKey: { } key, OnBusy: OnBusy.Reject } && await HolderAsync(batch, key).ConfigureAwait(false) is { } holder)
        {
            return ("lock_held", holder, null);
        }

        var missing = new HashSet<JobId>();
        foreach (var on in job.DependsOn.Select(dependency => dependency.On).Order())   // id order, or two deadlock
        {
            if (await AwaitAsync(batch, on).ConfigureAwait(false) is null)
            {
                missing.Add(on);
            }
        }

        if (missing.Count > 0)
        {
            return ("dependency_missing", job.DependsOn.First(dependency => missing.Contains(dependency.On)).On, null);
        }

        return job.ParentId is { } parent && await DepthAsync(batch, parent).ConfigureAwait(false) >= MostDepth
            ? ("depth_exceeded", parent, null)
            : default;
    }

    /// <summary>The oldest of a key's running jobs when the key has no room. The key's lock must be held.</summary>
    private static async ValueTask<JobId?> HolderAsync(Batch batch, string key)
    {
        var most = await batch.Db.Use(SelectKeyLimit).Bind(key).ValueAsync(static row => row.Int(0)).ConfigureAwait(false) ?? 1;
        var running = await batch.Db.Use(SelectHolders).Bind(key).Bind(most).ListAsync(static row => row.Long(0)).ConfigureAwait(false);
        return running.Count >= most ? new JobId(running[0]) : null;
    }

    private static ValueTask<JobState?> StateOfAsync(Batch batch, JobId id) =>
        batch.Db.Use(SelectState).Bind(id).ValueAsync(static row => row.State(0));

    /// <summary>Makes sure that the end of a job is told to those who wait for it; its state now, null when it is not there.</summary>
    /// <remarks>In a caller's transaction that is left to <see cref="MeetLateAsync"/>: it would keep the job from ending.</remarks>
    private static async ValueTask<JobState?> AwaitAsync(Batch batch, JobId id)
    {
        if (batch.IsGuest)
        {
            return await StateOfAsync(batch, id).ConfigureAwait(false);
        }

        await Plain.WriteOutAsync(batch, id.Value).ConfigureAwait(false);
        batch.Db.Use(Await).Bind(id).Later();
        return await StateOfAsync(batch, id).ConfigureAwait(false);
    }

    private static async ValueTask<long> DepthAsync(Batch batch, JobId id) =>
        await batch.Db.Use(SelectDepth).Bind(id).ValueAsync(static row => row.Int(0)).ConfigureAwait(false) ?? 0;

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

    private static bool Meets(DependencyWhen accept, JobState? state) =>
        state == JobState.Succeeded || (accept == DependencyWhen.Terminal && state is { } ended && Transitions.IsTerminal(ended));
}
