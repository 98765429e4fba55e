using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>What one transaction gathers: events, counts, hints. Written with the commit, forgotten with a rollback.</summary>
internal sealed class Batch(Session db, Lines lines, CancellationToken cancellationToken, bool isGuest = false)
{
    private const string NextPack = "select nextval('pawl.pack_id')";
    private const string InsertEvents = "insert into pawl.event_in (pack_id, n, at, pack) values ($1, $2, $3, $4)";
    private const string InsertJobEvents = """
        insert into pawl.job_event (job_id, pack_id) select unnest($1::bigint[]), $2 on conflict do nothing
        """;

    private const string InsertDelta = "insert into pawl.delta (line_id, minute, counts, tally, times) values ($1, $2, $3, $4, $5)";

    // Not read as JSON: the database would refuse what it cannot hold as text.
    private const string AddDead = """
        insert into pawl.dead (job_id, fingerprint, line_id)
        values ($1, coalesce((select substring(error from '"fingerprint":"([^"]*)"') from pawl.job_end where id = $1), ''), $2)
        on conflict do nothing
        """;

    private const string DropDead = "delete from pawl.dead where job_id = $1";

    // 'pawl' and 'audi' in ASCII
    private const string LockAudit = "select pg_advisory_xact_lock(8097884912364119145)";

    // A statement of its own for each: it sees the one before, and that of the transaction before. By the program's bytes, or the two
    // stores might come to different hashes.
    private const string InsertAudit = """
        insert into pawl.audit (at, actor, action, job_id, target, before, after, refusal, detail, hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9,
            sha256(coalesce((select hash from pawl.audit order by id desc limit 1), ''::bytea) || $10))
        """;

    private readonly EventPack _events = new();
    private readonly Hints _hints = new();
    private readonly HashSet<long> _jobEvents = [];
    private readonly Dictionary<(int Line, long Minute), Delta> _deltas = [];
    private readonly List<(long At, JobId? Job, AuditNote Note)> _audit = [];
    private long? _pack;

    public Session Db => db;

    public Lines Lines => lines;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Whether the transaction is a caller's, which may stay open for an hour: it locks nothing that others need.</summary>
    public bool IsGuest => isGuest;

    /// <summary>Ends whose dependents are still to be looked at, the one at work first.</summary>
    public Queue<(long Job, JobState State)> Ends { get; } = [];

    public ValueTask<Line> LineAsync(int id) => lines.OfAsync(id, cancellationToken);

    public ValueTask<Line> LineAsync(string queue, string type) => lines.EnsureAsync(queue, type, cancellationToken);

    /// <summary>The number of this transaction's events. Ask only when the rows they tell of are locked: the number must come after those
    /// of all transactions that were seen.</summary>
    public async ValueTask<long> PackAsync() => _pack ??= (await db.Use(NextPack).NumberAsync().ConfigureAwait(false))!.Value;

    /// <summary>The same, drawn with the statements that travel next; they name it by <c>currval</c>.</summary>
    public void DrawPack()
    {
        if (_pack is null)
        {
            db.Use(NextPack).EachLater(row => _pack = row.Long(0));
        }
    }

    /// <summary>Takes over a number that a statement of this transaction has drawn.</summary>
    public void Pack(long pack) => _pack = pack;

    /// <summary>Records an event that the job's own rows or its attempts will name.</summary>
    public void Event(
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
        string? data = null) =>
        _events.Add(kind, job, generation, attempt, from, to, now, actor, reason, data: data, worker: worker);

    /// <summary>Records an event and where to find it from its job.</summary>
    public void JobEvent(
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
        if (job != 0)
        {
            _jobEvents.Add(job);
        }
    }

    /// <summary>Moves jobs between two counts of their line.</summary>
    public void Move(Line line, JobState? from, JobState? to, int count = 1)
    {
        if (from is { } before)
        {
            Count(line, (int)before, -count);
        }

        if (to is { } after)
        {
            Count(line, (int)after, count);
        }
    }

    public void Hold(Line line, int by) => Count(line, Line.Held, by);

    /// <summary>Counts a failure that comes to the dead list or leaves it. Its error must have been written.</summary>
    public void Die(Line line, int by, long job)
    {
        Count(line, Line.Dead, by);
        if (by > 0)
        {
            db.Use(AddDead).Bind(job).Bind(line.Id).Later();
        }
        else
        {
            db.Use(DropDead).Bind(job).Later();
        }
    }

    /// <summary>Counts a queued job in its line that has failed before.</summary>
    public void Retry(Line line, int failures, int by)
    {
        if (failures > 0)
        {
            Count(line, Line.Retries, by);
        }
    }

    public void Defer(Line line, int by) => Count(line, Line.Deferred, by);

    /// <summary>Writes an entry of the audit with the commit.</summary>
    public void Audit(long at, JobId? job, AuditNote note) => _audit.Add((at, job, note));

    /// <summary>What a line does in the minute of a time.</summary>
    public Tally TallyOf(Line line, long now) => DeltaOf(line, now - (now % Tally.MinuteMicros)).Tally;

    public void Runnable(int priority) => _hints.Runnable(priority);

    public void Scheduled(DateTimeOffset at) => _hints.Scheduled(at);

    public void Attention(long worker) => _hints.Attention(worker);

    /// <summary>Sends what was gathered with the commit.</summary>
    public async ValueTask CommitAsync()
    {
        await GatherAsync().ConfigureAwait(false);
        await db.CommitAsync().ConfigureAwait(false);
    }

    /// <summary>Sends what was gathered with the next statement that is waited for.</summary>
    public async ValueTask GatherAsync()
    {
        if (_events.Count > 0)
        {
            var pack = await PackAsync().ConfigureAwait(false);
            db.Use(InsertEvents).Bind(pack).Bind(_events.Count).Bind(_events.BaseMicros).BindBlob(_events.Bytes).Later();
            if (_jobEvents.Count > 0)
            {
                db.Use(InsertJobEvents).Bind([.. _jobEvents.Order()]).Bind(pack).Later();
            }
        }

        Join();
        foreach (var ((line, minute), delta) in _deltas)
        {
            db.Use(InsertDelta).Bind(line).Bind(minute).Bind(delta.Counts).Bind(delta.Tally.Values).Bind(delta.Tally.Times.Pack()).Later();
        }

        if (_audit.Count > 0)
        {
            // The last lock of all, so that whoever waits for it holds up nobody who has it.
            db.Use(LockAudit).LaterUnread();
            foreach (var (at, job, note) in _audit)
            {
                db.Use(InsertAudit).Bind(at).Bind(note.Actor).Bind(note.Action).Bind(job).Bind(note.Target).Bind(note.Before)
                    .Bind(note.After).Bind(note.Refusal).Bind(note.Detail).Bind(AuditChain.Text(at, note)).Later();
            }

            _audit.Clear();
        }
    }

    /// <summary>After the commit: tells who waits, here and in other processes.</summary>
    public void Tell(Wakeups wakeups, Notifier? notifier)
    {
        if (_events.Count > 0)
        {
            _hints.Recorded();
        }

        if (!_hints.IsEmpty)
        {
            _hints.Tell(wakeups, _pack ?? 0);
            notifier?.Add(_hints);
        }
    }

    /// <summary>Lets the counts of a line travel with what it did in a minute: one row for both.</summary>
    private void Join()
    {
        foreach (var (line, minute) in _deltas.Keys.Where(static key => key.Minute != 0).ToList())
        {
            if (_deltas.Remove((line, 0), out var counts))
            {
                counts.Counts.CopyTo(_deltas[(line, minute)].Counts, 0);
            }
        }
    }

    private void Count(Line line, int count, int by) => DeltaOf(line, 0).Counts[count] += by;

    private Delta DeltaOf(Line line, long minute)
    {
        if (!_deltas.TryGetValue((line.Id, minute), out var delta))
        {
            _deltas.Add((line.Id, minute), delta = new Delta());
        }

        return delta;
    }

    private sealed class Delta
    {
        public long[] Counts { get; } = new long[Line.CountNames.Length];

        public Tally Tally { get; } = new();
    }
}
