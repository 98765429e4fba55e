using Pawl.Storage;

namespace Pawl.Sqlite;

/// <summary>What one transaction of the writer gathers: numbers it gave, events, counts, hints. Written before the commit, forgotten with a
/// rollback.</summary>
internal sealed class Batch(Connection db, Wakeups wakeups)
{
    private const string MaxJob = """
        select max(
            coalesce((select max(id) from job), 0),
            coalesce((select value from meta where key = 'last_job_id'), 0))
        """;

    private const string MaxSeq = """
        select max(
            coalesce((select max(seq) from event), 0),
            coalesce((select value from meta where key = 'last_seq'), 0))
        """;

    private const string OpenEdges = "select count(*) from dependency where met = 0";
    private const string HeldJobs = "select count(*) from job where held is not null";
    private const string InsertEvents = "insert into event (seq, first, at, pack) values (@seq, @first, @at, @pack)";
    private const string InsertJobEvent = "insert into job_event (job_id, seq) values (@job, @seq) on conflict do nothing";
    private const string AddDead = """
        insert into dead (job_id, fingerprint, line_id)
        values (@job, coalesce((select json_extract(error, '$.fingerprint') from job_end where id = @job), ''), @line)
        on conflict do nothing
        """;

    private const string DropDead = "delete from dead where job_id = @job";
    private const string SelectAuditHead = "select hash from audit where id = (select max(id) from audit)";
    private const string SaveMeta = """
        insert into meta (key, value) values (@key, @value) on conflict (key) do update set value = excluded.value
        """;

    private readonly EventPack _events = new();
    private readonly HashSet<long> _attention = [];
    private long _lastJob;
    private long _lastSeq;
    private long _committedSeq;
    private byte[] _audit = [];
    private int? _runnable;
    private DateTimeOffset? _scheduled;

    public Connection Db => db;

    public Lines Lines { get; } = new();

    public Minutes Minutes { get; } = new();

    public Queues Queues { get; } = new();

    public BatchLeases Leases { get; } = new();

    /// <summary>Ends whose dependents are still to be looked at, the one at work first.</summary>
    public Queue<(long Job, JobState State)> Ends { get; } = [];

    /// <summary>How many dependencies are open: while there are none, an end need not look for dependents.</summary>
    public long OpenDependencies { get; set; }

    /// <summary>How many jobs wait for a key: while there are none, an end need not look for waiters.</summary>
    public long Held { get; set; }

    /// <summary>Reads the counters; at the opening and after a rollback.</summary>
    public void Load()
    {
        _lastJob = db.Number(MaxJob);
        _lastSeq = _committedSeq = db.Number(MaxSeq);
        OpenDependencies = db.Number(OpenEdges);
        Held = db.Number(HeldJobs);
        var head = db.Use(SelectAuditHead);
        _audit = head.Step() && !head.IsNull(0) ? head.Bytes(0) : [];
        head.Reset();
        Lines.Load(db);
        Leases.Load(db, Lines);
        Queues.Load(db);
        Queues.RolledBack();
        Minutes.Clear();
        Forget();
    }

    public long NextJobId() => ++_lastJob;

    /// <summary>The hash of an entry that follows the last one of the audit.</summary>
    public byte[] NextAudit(byte[] text) => _audit = AuditChain.Next(_audit, text);

    /// <summary>Records an event that a job's own columns or its attempts will name.</summary>
    public long Event(
        EventKind kind,
        long job,
        int generation,
        int attempt,
        JobState? from,
        JobState? to,
        long now,
        string? actor = null,
        string? reason = null,
        long worker = 0,
        string? data = null)
    {
        _events.Add(kind, job, generation, attempt, from, to, now, actor, reason, data: data, worker: worker);
        return ++_lastSeq;
    }

    /// <summary>Records an event and where to find it from its job.</summary>
    public long JobEvent(
        EventKind kind,
        long job,
        int generation,
        int attempt,
        JobState? from,
        JobState? to,
        long now,
        string? actor = null,
        string? reason = null,
        string? title = null,
        string? data = null,
        long worker = 0)
    {
        _events.Add(kind, job, generation, attempt, from, to, now, actor, reason, title, data, worker);
        _lastSeq++;
        if (job != 0)
        {
            db.Use(InsertJobEvent).Bind(job).Bind(_lastSeq).Run();
        }

        return _lastSeq;
    }

    /// <summary>Moves a job between two counts of its line.</summary>
    public void Move(Line line, JobState? from, JobState? to)
    {
        if (from is { } before)
        {
            Lines.Add(line, (int)before, -1);
        }

        if (to is { } after)
        {
            Lines.Add(line, (int)after, 1);
            line.Passed = to == JobState.Queued ? null : line.Passed;
        }
    }

    /// <summary>Moves a job whose place is known into its line.</summary>
    public void Enter(Line line, JobState? from, JobState to, int priority, long runAt, long id)
    {
        var passed = line.Passed;
        Move(line, from, to);
        if (passed is { } known && (priority, -runAt, -id).CompareTo((known.Priority, -known.RunAt, -known.Id)) < 0)
        {
            line.Passed = passed;   // it stands behind what was passed
        }
    }

    public void Hold(Line line, int by)
    {
        Lines.Add(line, Line.Held, by);
        Held += by;
        line.Passed = by < 0 ? null : line.Passed;
    }

    /// <summary>Counts a failure that comes to the dead list or leaves it. Its error must have been written.</summary>
    public void Die(Line line, int by, long job)
    {
        Lines.Add(line, Line.Dead, by);
        _ = by > 0 ? db.Use(AddDead).Bind(job).Bind(line.Id).Run() : db.Use(DropDead).Bind(job).Run();
    }

    /// <summary>Counts a job that enters or leaves its line, if it is a retry.</summary>
    public void Retry(Line line, int failures, int by)
    {
        if (failures > 0)
        {
            Lines.Add(line, Line.Retries, by);
        }
    }

    public void Defer(Line line, int by) => Lines.Add(line, Line.Deferred, by);

    public void Runnable(int priority) => _runnable = _runnable is { } known ? Math.Max(known, priority) : priority;

    public void Scheduled(DateTimeOffset at) => _scheduled = _scheduled is { } known && known <= at ? known : at;

    public void Attention(long worker) => _attention.Add(worker);

    /// <summary>Keeps the highest job number although its row goes: a number is never given twice.</summary>
    public void KeepLastJobId() => db.Use(SaveMeta).Bind("last_job_id").Bind(_lastJob).Run();

    /// <summary>Writes what was gathered, just before the commit.</summary>
    public void Flush()
    {
        if (_events.Count > 0)
        {
            db.Use(InsertEvents).Bind(_lastSeq).Bind(_lastSeq - _events.Count + 1).Bind(_events.BaseMicros).BindBlob(_events.Bytes).Run();
        }

        Lines.Flush(db);
        Minutes.Flush(db);
    }

    /// <summary>After the commit: keeps the numbers and tells who waits.</summary>
    public void Committed()
    {
        var recorded = _lastSeq > _committedSeq;
        _committedSeq = _lastSeq;
        Queues.Committed();
        Leases.Committed();
        var (runnable, scheduled) = (_runnable, _scheduled);
        long[] attention = _attention.Count == 0 ? [] : [.. _attention];
        Forget();
        if (runnable is { } priority)
        {
            wakeups.SayRunnable(priority);
        }

        if (scheduled is { } at)
        {
            wakeups.SayScheduled(at);
        }

        foreach (var worker in attention)
        {
            wakeups.SayAttention(worker);
        }

        if (recorded)
        {
            wakeups.SayRecorded(_committedSeq);
        }
    }

    private void Forget()
    {
        _events.Clear();
        _attention.Clear();
        _runnable = null;
        _scheduled = null;
    }
}
