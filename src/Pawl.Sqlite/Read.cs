using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectJob = """
        select j.id, l.type, l.queue, j.state, j.reason, j.priority, j.run_at, j.generation, j.attempt,
            j.failures, j.losses, j.recoveries, j.max_attempts, j.held, j.concurrency_key, j.unique_key, j.start_by, j.worker_id,
            j.started_at, j.created_at, j.cancel_requested_at, j.ended_at, j.dismissed_at, j.row_version,
            b.payload, b.priority_reasons, b.trigger, b.kind, b.parent_id, b.rerun_of, b.requires_approval, b.timeout_us,
            coalesce(c.grace_us, b.grace_us), b.deadline_at, b.max_items, b.rate_key, b.circuit, b.unique_hold, b.force, b.versions, b.tags,
            b.traceparent, b.requested_by,
            e.result, e.degraded, e.error, c.by, c.reason, b.on_busy
        from job j
        join line l on l.id = j.line_id
        join job_body b on b.id = j.id
        left join job_end e on e.id = j.id
        left join job_cancel c on c.id = j.id
        where j.id = @id
        """;

    private const string SelectRest = """
        select l.type, l.queue, j.state, j.priority, j.run_at, j.generation, j.attempt, j.failures, j.losses, j.recoveries, j.max_attempts,
            j.held, j.concurrency_key, j.unique_key, j.worker_id, j.started_at, j.created_at, j.ended_at, j.dismissed_at, j.row_version,
            b.payload, b.parent_id, e.error
        from job j
        join line l on l.id = j.line_id
        join job_body b on b.id = j.id
        left join job_end e on e.id = j.id
        where j.id = @id
        """;

    private const string SelectProgress = "select total, done, failed, skipped, message, updated_at from progress where job_id = @job";
    private const string SelectCheckpoint = """
        select version, attempt, data, schema, cursor_kind, last_item_key, saved_at from checkpoint where job_id = @job
        """;

    private const string SelectError = "select error from job_end where id = @id";

    // it belongs to the one attempt that followed the recovery
    private const string SelectMark = "select recovery_id, rule, by from job_recovery where id = @id and attempt = @attempt";
    private const string SelectEdges = "select on_job_id, accept, on_failed from dependency where job_id = @job order by on_job_id";

    private const string SelectAttempts = """
        select attempt, generation, worker_id, outcome, started_at, ended_at, wait_us, run_us, error, next_run_at, rule, recovery
        from attempt_all where job_id = @job order by attempt desc
        """;

    private const string SelectRunning = """
        select attempt, generation, worker_id, started_at, run_at, recoveries from job where id = @id and state = 'running'
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Job>> GetAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken) =>
        ReadJobsAsync<IReadOnlyList<Job>>(ids, db => [.. ids.Select(id => JobOf(db, id)).OfType<Job>()], cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobAttempt>> AttemptsAsync(JobId job, CancellationToken cancellationToken) =>
        ReadJobsAsync<IReadOnlyList<JobAttempt>>(
            [job],
            db =>
            {
                var attempts = new List<JobAttempt>();
                var running = db.Use(SelectRunning).Bind(job);
                if (running.Step())
                {
                    attempts.Add(new JobAttempt
                    {
                        JobId = job,
                        Attempt = running.Int(0),
                        Generation = running.Int(1),
                        WorkerId = running.Long(2),
                        StartedAt = running.Time(3),
                        Wait = Micros.ToLength(Math.Max(0, running.Long(3) - running.Long(4))),
                        Recovery = running.Int(5) > 0 ? MarkOf(db, job, running.Int(0)) : null,
                        LogBytes = LogBytes(db, job, running.Int(0)),
                    });
                }

                running.Reset();
                for (var row = db.Use(SelectAttempts).Bind(job); row.Step();)
                {
                    attempts.Add(AttemptOf(db, job, row));
                }

                return attempts;
            },
            cancellationToken);

    private static JobAttempt AttemptOf(Connection db, JobId job, Statement row) => new()
    {
        JobId = job,
        Attempt = row.Int(0),
        Generation = row.Int(1),
        WorkerId = row.Long(2),
        Outcome = row.Word<Outcome>(3),
        StartedAt = row.Time(4),
        EndedAt = row.Time(5),
        Wait = row.Length(6),
        Run = row.LengthOrNull(7),
        Error = Damage.ErrorOf(row.TextOrNull(8), row.Time(5)),
        NextRunAt = row.TimeOrNull(9),
        Rule = row.TextOrNull(10),
        Recovery = Damage.MarkOf(row.TextOrNull(11)),
        LogBytes = LogBytes(db, job, row.Int(0)),
    };

    private static long LogBytes(Connection db, JobId job, int attempt)
    {
        var row = db.Use(SelectLogEnd).Bind(job).Bind(attempt);
        var bytes = row.Step() ? row.Long(0) : 0;
        row.Reset();
        return bytes;
    }

    private static Job? JobOf(Connection db, JobId id)
    {
        try
        {
            return WholeOf(db, id);
        }
        catch (Exception error) when (Damage.Is(error))
        {
            db.ResetAll();   // the statement that gave the row stands where it was
            return RestOf(db, id, error.Message);
        }
    }

    /// <summary>What is left of a job whose rows somebody damaged: numbers and plain texts, and an error that says so.</summary>
    private static Job? RestOf(Connection db, JobId id, string damage)
    {
        var row = db.Use(SelectRest).Bind(id);
        if (!row.Step())
        {
            return null;
        }

        var createdAt = Micros.ToNearest(row.Long(16));
        var job = new Job
        {
            Id = id,
            Type = row.Text(0),
            Queue = row.Text(1),
            State = row.State(2),
            Priority = row.Int(3),
            RunAt = Micros.ToNearest(row.Long(4)),
            Generation = row.Int(5),
            Attempt = row.Int(6),
            Failures = row.Int(7),
            Losses = row.Int(8),
            Recoveries = row.Int(9),
            MaxAttempts = row.Int(10),
            Held = row.TextOrNull(11),
            ConcurrencyKey = row.TextOrNull(12),
            UniqueKey = row.TextOrNull(13),
            WorkerId = row.LongOrNull(14),
            StartedAt = row.LongOrNull(15) is { } started ? Micros.ToNearest(started) : null,
            CreatedAt = createdAt,
            EndedAt = row.LongOrNull(17) is { } ended ? Micros.ToNearest(ended) : null,
            DismissedAt = row.LongOrNull(18) is { } dismissed ? Micros.ToNearest(dismissed) : null,
            RowVersion = row.Int(19),
            Payload = row.Bytes(20),
            ParentId = row.LongOrNull(21) is { } parent ? new JobId(parent) : null,
            Timeout = TimeSpan.Zero,
            Grace = TimeSpan.Zero,
            Error = Damage.ErrorOf(row.TextOrNull(22), createdAt) ?? Damage.Shown(damage, createdAt),
        };
        row.Reset();
        return job;
    }

    private static Job? WholeOf(Connection db, JobId id)
    {
        var row = db.Use(SelectJob).Bind(id);
        if (!row.Step())
        {
            return null;
        }

        var state = row.Word<JobState>(3);
        var job = new Job
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
            OnBusy = row.WordOrNull<OnBusy>(48) ?? default,
        };
        row.Reset();
        return job with { Progress = ProgressOf(db, id), Checkpoint = CheckpointOf(db, id), DependsOn = EdgesOf(db, id) };
    }

    private static JobProgress? ProgressOf(Connection db, JobId job)
    {
        var row = db.Use(SelectProgress).Bind(job);
        var progress = row.Step()
            ? new JobProgress
            {
                Total = row.LongOrNull(0),
                Done = row.Long(1),
                Failed = row.Long(2),
                Skipped = row.Long(3),
                Message = row.TextOrNull(4),
                UpdatedAt = row.Time(5),
            }
            : null;
        row.Reset();
        return progress;
    }

    private static JobCheckpoint? CheckpointOf(Connection db, JobId job)
    {
        var row = db.Use(SelectCheckpoint).Bind(job);
        var checkpoint = row.Step()
            ? new JobCheckpoint
            {
                Version = row.Int(0),
                Attempt = row.Int(1),
                Data = row.Bytes(2),
                Schema = row.IntOrNull(3),
                CursorKind = row.Word<CursorKind>(4),
                LastItemKey = row.TextOrNull(5),
                SavedAt = row.Time(6),
            }
            : null;
        row.Reset();
        return checkpoint;
    }

    private static JobError? ErrorOf(Connection db, JobId id)
    {
        var row = db.Use(SelectError).Bind(id);
        var error = row.Step() ? StoreJson.ReadError(row.TextOrNull(0)) : null;
        row.Reset();
        return error;
    }

    private static RecoveryMark? MarkOf(Connection db, JobId id, int attempt)
    {
        var row = db.Use(SelectMark).Bind(id).Bind(attempt);
        var mark = row.Step() ? new RecoveryMark(row.Long(0), row.Text(1), row.Text(2)) : null;
        row.Reset();
        return mark;
    }

    private static List<Dependency> EdgesOf(Connection db, JobId job)
    {
        var edges = new List<Dependency>();
        for (var row = db.Use(SelectEdges).Bind(job); row.Step();)
        {
            edges.Add(new Dependency(new JobId(row.Long(0)), row.Word<DependencyWhen>(1), row.Word<DependencyOnFailed>(2)));
        }

        return edges;
    }
}
