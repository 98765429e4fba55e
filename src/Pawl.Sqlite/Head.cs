using Pawl.Storage;

namespace Pawl.Sqlite;

/// <summary>What commands look at before they change a job.</summary>
internal sealed record Head
{
    private const string Select = """
        select line_id, state, reason, priority, run_at, generation, attempt, recoveries, held, concurrency_key, unique_key, worker_id,
            cancel_requested_at, dismissed_at, row_version, start_by, waits_on, failures, deferred
        from job where id = @id
        """;

    private const string Quarantine = """
        update job set state = 'failed', reason = null, ended_at = coalesce(started_at, created_at), held = null, deferred = 0,
            worker_id = null, lease_token = null, prefetched = 0, row_version = row_version + 1
        where id = @id
            and state not in ('scheduled', 'blocked', 'queued', 'running', 'succeeded', 'failed', 'cancelled')
        """;

    private const string SaveError = """
        insert into job_end (id, error) values (@id, @error) on conflict (id) do update set error = excluded.error
        """;

    public required long Id { get; init; }

    public required Line Line { get; init; }

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

    /// <summary>Whether it stands in its line, where claims look.</summary>
    public bool InLine => State == JobState.Queued && Held is null;

    /// <summary>Looks at a job. One whose state is none that there is fails here, for whoever looks.</summary>
    public static Head? Find(Batch batch, long id)
    {
        batch.Leases.WriteOut(batch.Db, id);
        var row = batch.Db.Use(Select).Bind(id);
        if (!row.Step())
        {
            return null;
        }

        if (!Words.TryParse<JobState>(row.Text(1), out _))
        {
            var (line, word) = (batch.Lines[row.Long(0)], row.Text(1));
            row.Reset();
            batch.Db.Use(Quarantine).Bind(id).Run();
            batch.Db.Use(SaveError).Bind(id).Bind(Damage.UnknownState(word)).Run();
            batch.Move(line, null, JobState.Failed);
            batch.Die(line, 1, id);
            row = batch.Db.Use(Select).Bind(id);
            row.Step();
        }

        var head = new Head
        {
            Id = id,
            Line = batch.Lines[row.Long(0)],
            State = row.State(1),
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
        };
        row.Reset();
        return head;
    }
}
