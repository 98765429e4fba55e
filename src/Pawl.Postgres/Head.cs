using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>What commands look at before they change a job.</summary>
internal sealed record Head
{
    private const string Select = """
        select line_id, state, reason, priority, run_at, generation, attempt, recoveries, held, concurrency_key, unique_key, worker_id,
            cancel_requested_at, dismissed_at, row_version, start_by, waits_on, failures, deferred, awaited, awaits_approval
        from pawl.job_state where id = $1
        """;

    private const string Quarantine = """
        update pawl.job_state
        set state = 'failed', reason = null, ended_at = coalesce(started_at, run_at), held = null, deferred = false,
            worker_id = null, lease_token = null, prefetched = false, row_version = row_version + 1
        where id = $1
        """;

    private const string SaveError = """
        insert into pawl.job_end (id, error) values ($1, $2) on conflict (id) do update set error = excluded.error
        """;

    private const string SelectDone = """
        select s.line_id, s.priority, j.run_at
        from pawl.done d join pawl.job j on j.id = d.job_id join pawl.shape s on s.id = j.shape_id
        where d.job_id = $1
        """;

    public required long Id { get; init; }

    public Line Line { get; private init; } = null!;

    private int LineId { get; init; }

    /// <summary>What it stands as where that is no state.</summary>
    private string? UnknownState { get; init; }

    public required JobState State { get; init; }

    public string? Reason { get; init; }

    public required int Priority { get; init; }

    public required long RunAt { get; init; }

    public required int Generation { get; init; }

    public required int Attempt { get; init; }

    public int Recoveries { get; init; }

    public string? Held { get; init; }

    public string? ConcurrencyKey { get; init; }

    public string? UniqueKey { get; init; }

    public long? WorkerId { get; init; }

    public long? CancelRequestedAt { get; init; }

    public long? DismissedAt { get; init; }

    public int RowVersion { get; init; }

    public DateTimeOffset? StartBy { get; init; }

    public int WaitsOn { get; init; }

    public int Failures { get; init; }

    public bool Deferred { get; init; }

    /// <summary>Others depend on it.</summary>
    public bool Awaited { get; init; }

    /// <summary>It was to be approved, and never was.</summary>
    public bool AwaitsApproval { get; init; }

    /// <summary>Whether it stands in its line, where claims look.</summary>
    public bool InLine => State == JobState.Queued && Held is null;

    /// <summary>Looks at a job and locks its row, which is made when it had none. One that succeeded the plain way has none still: see
    /// <see cref="Plain.WriteOutDoneAsync"/>. One whose state is none that there is fails here, for whoever looks.</summary>
    public static async ValueTask<Head?> FindAsync(Batch batch, long id)
    {
        await Plain.WriteOutAsync(batch, id).ConfigureAwait(false);
        if (await SelectAsync(batch, id).ConfigureAwait(false) is not { } head)
        {
            return await SelectDoneAsync(batch, id).ConfigureAwait(false);
        }

        if (head.UnknownState is not { } word)
        {
            return head;
        }

        batch.Db.Use(Quarantine).Bind(id).Later();
        batch.Db.Use(SaveError).Bind(id).Bind(Damage.UnknownState(word)).Later();
        batch.Move(head.Line, null, JobState.Failed);
        batch.Die(head.Line, 1, id);
        return await SelectAsync(batch, id).ConfigureAwait(false);
    }

    private static async ValueTask<Head?> SelectAsync(Batch batch, long id)
    {
        var head = await batch.Db.Use(Select).Bind(id).FirstAsync(row => new Head
        {
            Id = id,
            LineId = row.Int(0),
            State = row.State(1),
            UnknownState = Words.TryParse<JobState>(row.Text(1), out _) ? null : row.Text(1),
            Reason = row.TextOrNull(2),
            Priority = row.Int(3),
            RunAt = row.Long(4),
            Generation = row.Int(5),
            Attempt = row.Int(6),
            Recoveries = row.Int(7),
            Held = row.TextOrNull(8),
            ConcurrencyKey = row.TextOrNull(9),
            UniqueKey = row.TextOrNull(10),
            WorkerId = row.LongOrNull(11),
            CancelRequestedAt = row.LongOrNull(12),
            DismissedAt = row.LongOrNull(13),
            RowVersion = row.Int(14),
            StartBy = row.TimeOrNull(15),
            WaitsOn = row.Int(16),
            Failures = row.Int(17),
            Deferred = row.Flag(18),
            Awaited = row.Flag(19),
            AwaitsApproval = row.Flag(20),
        }).ConfigureAwait(false);
        return head is null ? null : head with { Line = await batch.LineAsync(head.LineId).ConfigureAwait(false) };
    }

    private static async ValueTask<Head?> SelectDoneAsync(Batch batch, long id)
    {
        var head = await batch.Db.Use(SelectDone).Bind(id).FirstAsync(row => new Head
        {
            Id = id,
            LineId = row.Int(0),
            State = JobState.Succeeded,
            Priority = row.Int(1),
            RunAt = row.Long(2),
            Generation = 1,
            Attempt = 1,
            RowVersion = 3,
        }).ConfigureAwait(false);
        return head is null ? null : head with { Line = await batch.LineAsync(head.LineId).ConfigureAwait(false) };
    }
}
