using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // the state is null for a plain job that has not ended: whether it runs is told by the leases
    private const string SelectJobs = """
        select j.id, n.type, n.queue, case when t.id is not null then t.state when d.job_id is not null then 'succeeded' end, t.reason,
            coalesce(t.priority, s.priority), coalesce(t.run_at, j.run_at), coalesce(t.generation, 1),
            coalesce(t.attempt, case when d.job_id is null then 0 else 1 end), coalesce(t.failures, 0), coalesce(t.losses, 0),
            coalesce(t.recoveries, 0), coalesce(t.max_attempts, s.max_attempts), t.held, t.concurrency_key, t.unique_key, t.start_by,
            t.worker_id, case when t.id is null then l.started_at else t.started_at end, j.created_at, t.cancel_requested_at,
            case when t.id is null then d.ended_at else t.ended_at end, t.dismissed_at,
            coalesce(t.row_version, case when d.job_id is null then 1 else 3 end),
            j.payload, case when t.id is null then s.priority_reasons else t.priority_reasons end, s.trigger, s.kind, j.parent_id,
            j.rerun_of, coalesce(j.requires_approval, false), s.timeout_us, coalesce(c.grace_us, s.grace_us), j.deadline_at, s.max_items,
            j.rate_key, j.circuit, j.unique_hold, s.force, s.versions, j.tags, j.traceparent, j.requested_by,
            e.result, e.degraded, e.error, c.by, c.reason,
            p.total, p.done, p.failed, p.skipped, p.message, p.updated_at,
            k.version, k.attempt, k.data, k.schema, k.cursor_kind, k.last_item_key, k.saved_at, t.on_busy
        from pawl.job j
        join pawl.shape s on s.id = j.shape_id
        left join pawl.job_state t on t.id = j.id
        left join pawl.done d on d.job_id = j.id
        left join pawl.lease l on l.id = d.lease_id
        join pawl.line n on n.id = coalesce(t.line_id, s.line_id)
        left join pawl.job_end e on e.id = j.id
        left join pawl.job_cancel c on c.id = j.id
        left join pawl.progress p on p.job_id = j.id
        left join pawl.checkpoint k on k.job_id = j.id
        where j.id = any($1)
        """;

    private const string SelectProgress = "select total, done, failed, skipped, message, updated_at from pawl.progress where job_id = $1";
    private const string SelectCheckpoint = """
        select version, attempt, data, schema, cursor_kind, last_item_key, saved_at from pawl.checkpoint where job_id = $1
        """;

    private const string SelectError = "select error from pawl.job_end where id = $1";
    private const string SelectEdges = """
        select job_id, on_job_id, accept, on_failed from pawl.dependency where job_id = any($1) order by job_id, on_job_id
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobAttempt>> AttemptsAsync(JobId job, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<JobAttempt>>(
            async db =>
            [
                .. await db.Use(SelectRunningAttempt).Bind(job).ListAsync(row => RunningOf(job, row)).ConfigureAwait(false),
                .. await db.Use(SelectAttempts).Bind(job).ListAsync(row => AttemptOf(job, row)).ConfigureAwait(false),
            ],
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Job>> GetAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<Job>>(
            async db =>
            {
                db.EndWithNext();
                return await JobsOfAsync(db, ids).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>The jobs of these numbers in the order asked; those that are not there are left out.</summary>
    private static async ValueTask<List<Job>> JobsOfAsync(Session db, IReadOnlyCollection<JobId> ids)
    {
        if (ids.Count == 0)
        {
            return [];
        }

        long[] numbers = [.. ids.Select(static id => id.Value)];
        var jobs = new Dictionary<JobId, Job>(ids.Count);
        var plain = new List<JobId>();
        var edges = new Dictionary<JobId, List<Dependency>>();

        // Asked all at once. Who holds a job is looked at after the job itself: it may be on its way.
        db.Use(SelectJobs).Bind(numbers).EachLater(row =>
        {
            var job = JobOf(row);
            jobs[job.Id] = job;
            if (row.IsNull(3))
            {
                plain.Add(job.Id);
            }
        });
        var held = Held.Later(db, numbers.Min(), numbers.Max());
        await db.Use(SelectEdges).Bind(numbers).EachAsync(row =>
        {
            var job = new JobId(row.Long(0));
            if (!edges.TryGetValue(job, out var its))
            {
                edges.Add(job, its = []);
            }

            try
            {
                its.Add(new Dependency(new JobId(row.Long(1)), row.Word<DependencyWhen>(2), row.Word<DependencyOnFailed>(3)));
            }
            catch (Exception error) when (Damage.Is(error))
            {
                jobs[job] = jobs[job] with { Error = jobs[job].Error ?? Damage.Shown(error.Message, jobs[job].CreatedAt) };
            }
        }).ConfigureAwait(false);

        foreach (var id in plain)
        {
            if (held.Find(id.Value) is var (worker, since))
            {
                jobs[id] = jobs[id] with { State = JobState.Running, Attempt = 1, WorkerId = worker, StartedAt = since, RowVersion = 2 };
            }
        }

        return [.. ids.Where(jobs.ContainsKey)
            .Select(id => edges.TryGetValue(id, out var its) ? jobs[id] with { DependsOn = its } : jobs[id])];
    }

    private static Job JobOf(Row row)
    {
        try
        {
            return WholeOf(row);
        }
        catch (Exception error) when (Damage.Is(error))
        {
            return RestOf(row, error.Message);
        }
    }

    /// <summary>What is left of a job whose rows somebody damaged: numbers and plain texts, and an error that says so.</summary>
    private static Job RestOf(Row row, string damage)
    {
        var createdAt = Micros.ToNearest(row.Long(19));
        return new Job
        {
            Id = new JobId(row.Long(0)),
            Type = row.Text(1),
            Queue = row.Text(2),
            State = row.StateOrNull(3) ?? JobState.Queued,
            Priority = row.Int(5),
            RunAt = Micros.ToNearest(row.Long(6)),
            Generation = row.Int(7),
            Attempt = row.Int(8),
            Failures = row.Int(9),
            Losses = row.Int(10),
            Recoveries = row.Int(11),
            MaxAttempts = row.Int(12),
            Held = row.TextOrNull(13),
            ConcurrencyKey = row.TextOrNull(14),
            UniqueKey = row.TextOrNull(15),
            WorkerId = row.LongOrNull(17),
            StartedAt = row.LongOrNull(18) is { } started ? Micros.ToNearest(started) : null,
            CreatedAt = createdAt,
            EndedAt = row.LongOrNull(21) is { } ended ? Micros.ToNearest(ended) : null,
            DismissedAt = row.LongOrNull(22) is { } dismissed ? Micros.ToNearest(dismissed) : null,
            RowVersion = row.Int(23),
            Payload = row.Bytes(24),
            ParentId = row.LongOrNull(28) is { } parent ? new JobId(parent) : null,
            Timeout = TimeSpan.Zero,
            Grace = TimeSpan.Zero,
            Error = Damage.ErrorOf(row.TextOrNull(45), createdAt) ?? Damage.Shown(damage, createdAt),
        };
    }

    private static Job WholeOf(Row row)
    {
        var state = row.WordOrNull<JobState>(3) ?? JobState.Queued;
        return new Job
        {
            Id = new JobId(row.Long(0)),
            Type = row.Text(1),
            Queue = row.Text(2),
            State = state,
            WaitReason = state == JobState.Scheduled ? row.WordOrNull<WaitReason>(4) : null,
            BlockReason = state == JobState.Blocked ? row.WordOrNull<BlockReason>(4) : null,
            EndReason = state == JobState.Cancelled ? row.WordOrNull<EndReason>(4) : null,
            Priority = row.Int(5),
            RunAt = row.Time(6),
            Generation = row.Int(7),
            Attempt = row.Int(8),
            Failures = row.Int(9),
            Losses = row.Int(10),
            Recoveries = row.Int(11),
            MaxAttempts = row.Int(12),
            Held = row.TextOrNull(13),
            ConcurrencyKey = row.TextOrNull(14),
            UniqueKey = row.TextOrNull(15),
            StartBy = row.TimeOrNull(16),
            WorkerId = row.LongOrNull(17),
            StartedAt = row.TimeOrNull(18),
            CreatedAt = row.Time(19),
            CancelRequestedAt = row.TimeOrNull(20),
            EndedAt = row.TimeOrNull(21),
            DismissedAt = row.TimeOrNull(22),
            RowVersion = row.Int(23),
            Payload = row.Bytes(24),
            PriorityReasons = StoreJson.ReadReasons(row.TextOrNull(25)),
            Trigger = row.Word<Trigger>(26),
            Kind = row.TextOrNull(27),
            ParentId = row.LongOrNull(28) is { } parent ? new JobId(parent) : null,
            RerunOf = row.LongOrNull(29) is { } origin ? new JobId(origin) : null,
            RequiresApproval = row.Flag(30),
            Timeout = row.Length(31),
            Grace = row.Length(32),
            DeadlineAt = row.TimeOrNull(33),
            MaxItems = row.IntOrNull(34),
            RateKey = row.TextOrNull(35),
            Circuit = row.TextOrNull(36),
            UniqueHold = row.WordOrNull<UniqueHold>(37) ?? default,
            Force = row.WordOrNull<Force>(38) ?? default,
            Versions = StoreJson.ReadWords(row.TextOrNull(39)) ?? new Dictionary<string, string>(),
            Tags = StoreJson.ReadWords(row.TextOrNull(40)) ?? new Dictionary<string, string>(),
            Traceparent = row.TextOrNull(41),
            RequestedBy = row.TextOrNull(42),
            Result = row.BytesOrNull(43),
            Degraded = row.TextOrNull(44),
            Error = StoreJson.ReadError(row.TextOrNull(45)),
            CancelRequestedBy = row.TextOrNull(46),
            CancelReason = row.TextOrNull(47),
            Progress = row.IsNull(49) ? null : ProgressOf(row, 48),
            Checkpoint = row.IsNull(54) ? null : CheckpointOf(row, 54),
            OnBusy = row.WordOrNull<OnBusy>(61) ?? default,
            DependsOn = [],
        };
    }

    private static ValueTask<JobProgress?> ProgressOfAsync(Session db, JobId id) =>
        db.Use(SelectProgress).Bind(id).FirstAsync(static row => ProgressOf(row, 0));

    private static JobProgress ProgressOf(Row row, int at) => new()
    {
        Total = row.LongOrNull(at),
        Done = row.Long(at + 1),
        Failed = row.Long(at + 2),
        Skipped = row.Long(at + 3),
        Message = row.TextOrNull(at + 4),
        UpdatedAt = row.Time(at + 5),
    };

    private static ValueTask<JobCheckpoint?> CheckpointOfAsync(Session db, JobId id) =>
        db.Use(SelectCheckpoint).Bind(id).FirstAsync(static row => CheckpointOf(row, 0));

    private static JobCheckpoint CheckpointOf(Row row, int at) => new()
    {
        Version = row.Int(at),
        Attempt = row.Int(at + 1),
        Data = row.Bytes(at + 2),
        Schema = row.IntOrNull(at + 3),
        CursorKind = row.Word<CursorKind>(at + 4),
        LastItemKey = row.TextOrNull(at + 5),
        SavedAt = row.Time(at + 6),
    };

    private static async ValueTask<JobError?> ErrorOfAsync(Session db, JobId id)
    {
        JobError? error = null;
        await db.Use(SelectError).Bind(id).EachAsync(row => error = StoreJson.ReadError(row.TextOrNull(0))).ConfigureAwait(false);
        return error;
    }
}
