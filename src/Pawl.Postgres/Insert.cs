using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>Writes new jobs: their bodies, runs of those that are plain, rows of those that are not.</summary>
internal sealed partial class PostgresStore
{
    private const string NextIds = "select array(select nextval('pawl.job_id') from generate_series(1, $1)), nextval('pawl.pack_id')";

    private const string InsertJobs = """
        insert into pawl.job (id, shape_id, created_at, run_at, pack_id, payload, parent_id, rerun_of, depth, requires_approval,
            deadline_at,
            rate_key, circuit, unique_hold, tags, traceparent, requested_by, body_hash)
        select new.id, new.shape_id, $1, new.run_at, $2, new.payload, new.parent_id, new.rerun_of, new.depth, new.requires_approval,
            new.deadline_at, new.rate_key, new.circuit, new.unique_hold, new.tags, new.traceparent, new.requested_by, new.body_hash
        from unnest($3::bigint[], $4::integer[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[], $9::integer[], $10::boolean[],
            $11::bigint[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::bytea[])
            as new (id, shape_id, run_at, payload, parent_id, rerun_of, depth, requires_approval, deadline_at, rate_key, circuit,
                unique_hold,
                tags, traceparent, requested_by, body_hash)
        """;

    private const string InsertRuns = """
        insert into pawl.ready (line_id, priority, run_at, lo, hi)
        select * from unnest($1::integer[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[])
        """;

    private const string InsertStates = """
        insert into pawl.job_state (id, line_id, state, reason, priority, priority_reasons, run_at, max_attempts, concurrency_key,
            unique_key,
            waits_on, start_by, awaits_approval, on_busy)
        select * from unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::bigint[], $8::integer[],
            $9::text[], $10::text[], $11::integer[], $12::bigint[], $13::boolean[], $14::text[])
        """;

    private const string InsertDependency = """
        insert into pawl.dependency (job_id, on_job_id, accept, on_failed, met) values ($1, $2, $3, $4, $5) on conflict do nothing
        """;

    // Claims lock whole runs, so that several workers must find several.
    private const int MostInRun = 500;

    private async ValueTask<Enqueued[]> InsertAsync(Batch batch, List<NewJob> jobs, long now)
    {
        var drafts = new Draft[jobs.Count];
        for (var i = 0; i < drafts.Length; i++)
        {
            drafts[i] = await DraftAsync(batch, jobs[i], now).ConfigureAwait(false);
        }

        var (ids, pack) = (await batch.Db.Use(NextIds).Bind(drafts.Length)
            .ValueAsync(static row => (row.Longs(0), row.Long(1))).ConfigureAwait(false))!.Value;
        batch.Pack(pack);
        for (var i = 0; i < drafts.Length; i++)
        {
            drafts[i].Id = drafts[i].Job.Id?.Value ?? ids[i];   // reserved ones leave a gap, which nobody minds
        }

        InsertBodies(batch, drafts, now, pack);
        InsertPlain(batch, drafts);
        InsertStanding(batch, drafts);
        foreach (var draft in drafts)
        {
            InsertRest(batch, draft, now);
        }

        var replies = new Enqueued[drafts.Length];
        for (var i = 0; i < drafts.Length; i++)
        {
            var draft = drafts[i];
            if (batch.IsGuest)
            {
                LeaveLate(batch, draft);
            }
            else if (draft.Edges.Count > 0 && draft.WaitsOn > 0)
            {
                await MeetEndedAsync(batch, draft.Id, now).ConfigureAwait(false);
                draft.State = await StateOfAsync(batch, new JobId(draft.Id)).ConfigureAwait(false) ?? draft.State;
            }

            replies[i] = new Enqueued(new JobId(draft.Id), false, draft.State);
        }

        return replies;
    }

    private async ValueTask<Draft> DraftAsync(Batch batch, NewJob job, long now)
    {
        var line = await batch.LineAsync(job.Queue, job.Type).ConfigureAwait(false);
        var edges = new List<(Dependency Edge, bool Met)>();
        foreach (var edge in job.DependsOn.DistinctBy(edge => edge.On))
        {
            edges.Add((edge, Meets(edge.When, await StateOfAsync(batch, edge.On).ConfigureAwait(false))));
        }

        var runAt = job.RunAt is { } asked ? Math.Max(Micros.Of(asked), now) : now;
        var waitsOn = edges.Count(edge => !edge.Met) + (job.RequiresApproval ? 1 : 0);
        var happened = waitsOn > 0 ? JobEvent.CreatedBlocked : runAt > now ? JobEvent.CreatedScheduled : JobEvent.CreatedQueued;
        var state = Transitions.First(happened)!.Value;
        var reasons = StoreJson.Write(job.PriorityReasons);
        return new Draft
        {
            Job = job,
            Line = line,
            Shape = await _shapes.OfAsync(job, line, reasons, batch.CancellationToken).ConfigureAwait(false),
            Reasons = reasons,
            RunAt = runAt,
            Edges = edges,
            WaitsOn = waitsOn,
            State = state,
            Reason = state switch
            {
                JobState.Scheduled => Words.Of(WaitReason.Delay),
                JobState.Blocked => Words.Of(edges.Any(edge => !edge.Met) ? BlockReason.Dependency : BlockReason.Approval),
                _ => null,
            },
            Depth = job.ParentId is { } parent ? (int)await DepthAsync(batch, parent).ConfigureAwait(false) + 1 : null,
        };
    }

    private static void InsertBodies(Batch batch, Draft[] drafts, long now, long pack)
    {
        batch.Db.Use(InsertJobs).Bind(now).Bind(pack).Bind(All(drafts, static draft => draft.Id))
            .Bind(All(drafts, static draft => draft.Shape))
            .Bind(All(drafts, static draft => draft.RunAt)).Bind(All(drafts, static draft => Text(draft.Job.Payload)))
            .Bind(All(drafts, static draft => draft.Job.ParentId?.Value)).Bind(All(drafts, static draft => draft.Job.RerunOf?.Value))
            .Bind(All(drafts, static draft => draft.Depth)).Bind(All(drafts, static draft => draft.Job.RequiresApproval))
            .Bind(All(drafts, static draft => draft.Job.DeadlineAt is { } at ? Micros.Of(at) : (long?)null))
            .Bind(All(drafts, static draft => draft.Job.RateKey)).Bind(All(drafts, static draft => draft.Job.Circuit))
            .Bind(All(drafts, static draft => draft.Job.UniqueHold == default ? null : Words.Of(draft.Job.UniqueHold)))
            .Bind(All(drafts, static draft => StoreJson.Write(draft.Job.Tags))).Bind(All(drafts, static draft => draft.Job.Traceparent))
            .Bind(All(drafts, static draft => draft.Job.RequestedBy))
            .Bind(All(drafts, static draft => draft.Job.BodyHash.IsEmpty ? null : draft.Job.BodyHash.ToArray())).Later();
    }

    /// <summary>Jobs one after another of the same line, priority and time stand in the line as one row.</summary>
    private static void InsertPlain(Batch batch, Draft[] drafts)
    {
        var runs = new List<(Draft First, long Last)>();
        foreach (var draft in drafts)
        {
            if (!draft.IsPlain)
            {
                continue;
            }

            var joins = runs.Count > 0 && runs[^1] is var (first, last) && last == draft.Id - 1 && draft.Id - first.Id < MostInRun
                && (first.Line.Id, first.Job.Priority, first.RunAt) == (draft.Line.Id, draft.Job.Priority, draft.RunAt);
            if (joins)
            {
                runs[^1] = (runs[^1].First, draft.Id);
            }
            else
            {
                runs.Add((draft, draft.Id));
            }
        }

        if (runs.Count > 0)
        {
            batch.Db.Use(InsertRuns).Bind([.. runs.Select(run => run.First.Line.Id)]).Bind([.. runs.Select(run => run.First.Job.Priority)])
                .Bind([.. runs.Select(run => run.First.RunAt)]).Bind([.. runs.Select(run => run.First.Id)])
                .Bind([.. runs.Select(run => run.Last)]).Later();
        }
    }

    private static void InsertStanding(Batch batch, Draft[] all)
    {
        var drafts = Array.FindAll(all, static draft => !draft.IsPlain);
        if (drafts.Length > 0)
        {
            batch.Db.Use(InsertStates).Bind(All(drafts, static draft => draft.Id)).Bind(All(drafts, static draft => draft.Line.Id))
                .Bind(All(drafts, static draft => (string?)Words.Of(draft.State))).Bind(All(drafts, static draft => draft.Reason))
                .Bind(All(drafts, static draft => draft.Job.Priority)).Bind(All(drafts, static draft => draft.Reasons))
                .Bind(All(drafts, static draft => draft.RunAt)).Bind(All(drafts, static draft => draft.Job.MaxAttempts))
                .Bind(All(drafts, static draft => draft.Job.ConcurrencyKey)).Bind(All(drafts, static draft => draft.Job.UniqueKey))
                .Bind(All(drafts, static draft => draft.WaitsOn))
                .Bind(All(drafts, static draft => draft.Job.StartBy is { } at ? Micros.Of(at) : (long?)null))
                .Bind(All(drafts, static draft => draft.Job.RequiresApproval))
                .Bind(All(drafts, static draft => draft.Job.OnBusy == default ? null : Words.Of(draft.Job.OnBusy))).Later();
        }
    }

    private static void InsertRest(Batch batch, Draft draft, long now)
    {
        var (id, job) = (draft.Id, draft.Job);
        batch.Event(EventKind.Created, id, 1, 0, null, draft.State, now, job.RequestedBy, Words.Of(job.Trigger));
        batch.Move(draft.Line, null, draft.State);
        batch.TallyOf(draft.Line, now).Created();
        if (job.UniqueKey is { } unique)
        {
            batch.Db.Use(InsertUniqueKey).Bind(job.Type).Bind(unique).Bind(id).BindBlob(job.BodyHash.Span).Later();
        }

        if (job.IdempotencyKey is { } request)
        {
            SaveRequest(batch.Db, job, request, id, now);
        }

        foreach (var (edge, met) in draft.Edges)
        {
            batch.Db.Use(InsertDependency).Bind(id).Bind(edge.On).Bind(Words.Of(edge.When)).Bind(Words.Of(edge.OnFailed)).Bind(met).Later();
        }

        Hint(batch, draft.State, job.Priority, draft.RunAt, job.StartBy);
    }

    private static T[] All<T>(Draft[] drafts, Func<Draft, T> of) => Array.ConvertAll(drafts, draft => of(draft));

    private static string? Text(ReadOnlyMemory<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8.Span);

    /// <summary>A new job on its way into the tables.</summary>
    internal sealed class Draft
    {
        public long Id { get; set; }

        public required NewJob Job { get; init; }

        public required Line Line { get; init; }

        public required int Shape { get; init; }

        public string? Reasons { get; init; }

        public required long RunAt { get; set; }

        public required IReadOnlyList<(Dependency Edge, bool Met)> Edges { get; init; }

        public required int WaitsOn { get; init; }

        public required JobState State { get; set; }

        public string? Reason { get; init; }

        public int? Depth { get; init; }

        /// <summary>Nothing but its number needs to be known of it while it waits.</summary>
        public bool IsPlain =>
            State == JobState.Queued && Job is { ConcurrencyKey: null, UniqueKey: null, StartBy: null, OnBusy: OnBusy.Queue }
            && Edges.Count == 0;
    }
}
