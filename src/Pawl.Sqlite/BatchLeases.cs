namespace Pawl.Sqlite;

/// <summary>A lease on many jobs that were claimed together: one row instead of a change to each of theirs.</summary>
internal sealed class BatchLease(long id, long worker, LeaseToken token, long startedAt)
{
    public long Id { get; } = id;

    public long Worker { get; } = worker;

    public LeaseToken Token { get; } = token;

    public long StartedAt { get; } = startedAt;

    /// <summary>How many of its jobs still rest on it.</summary>
    public int Open { get; set; }
}

/// <summary>A job that runs its first attempt by such a lease; its own row still says that it waits.</summary>
internal readonly record struct LeasedJob(
    BatchLease Lease, Line Line, int Generation, string? UniqueKey, long StartedSeq, bool Prefetched);

/// <summary>The jobs that run by the lease of their batch alone. Most of them end before anybody looks, and are then written
/// once.</summary>
/// <remarks>
/// <para>Whoever is about to look at such a job's row, or to change it in any way but its plain success, has it written out first; from
/// then on it is a running job like any other. The doors to a row see to that: <see cref="Head"/>, the fence of a running attempt, the loss
/// of a worker, the reads. A backup, an opening and a closing leave none at all.</para>
/// <para>Used by the writer alone, but for what is said to be for readers.</para>
/// </remarks>
internal sealed class BatchLeases
{
    private const string SelectLeases = "select id, worker_id, token, started_at, jobs from lease order by id";
    private const string SelectLeased = """
        select line_id, generation, unique_key from job where id = @id and state = 'queued' and attempt = 0
        """;

    private const string InsertLease = """
        insert into lease (id, worker_id, token, started_at, jobs) values (@id, @worker, @token, @at, @jobs)
        """;

    private const string DropLease = "delete from lease where id = @id";
    private const string WriteLeased = """
        update job set state = 'running', reason = null, attempt = 1, worker_id = @worker, lease_token = @token,
            prefetched = @prefetched, started_at = @now, started_seq = @seq, row_version = row_version + 1
        where id = @id and state = 'queued' and attempt = 0
        """;

    private readonly Dictionary<long, LeasedJob> _jobs = [];
    private readonly Lock _gate = new();   // readers look while the writer works
    private readonly Dictionary<long, long> _left = [];   // written out or ended, and readers do not find it yet: the worker of each
    private long _last;

    /// <summary>How many jobs rest on such leases.</summary>
    public int Count => _jobs.Count;

    /// <summary>Whether a job's row, as a reader may find it, does not tell that it runs. For readers.</summary>
    public bool Hides(long id)
    {
        lock (_gate)
        {
            return _jobs.ContainsKey(id) || _left.ContainsKey(id);
        }
    }

    /// <summary>Whether any of these rows does not; of all when none are named. For readers.</summary>
    public bool HidesAny(IReadOnlyList<JobId>? ids)
    {
        lock (_gate)
        {
            return _jobs.Count + _left.Count > 0
                && (ids is null || ids.Any(id => _jobs.ContainsKey(id.Value) || _left.ContainsKey(id.Value)));
        }
    }

    /// <summary>How many jobs of each worker have such rows, and which; those that readers will find soon are only counted. For
    /// readers.</summary>
    public (IReadOnlyDictionary<long, int> Counts, ILookup<long, JobId> Jobs) Hidden()
    {
        lock (_gate)
        {
            return (
                _jobs.Values.Select(static job => job.Lease.Worker).Concat(_left.Values).CountBy(static worker => worker).ToDictionary(),
                _jobs.ToLookup(static job => job.Value.Lease.Worker, static job => new JobId(job.Key)));
        }
    }

    /// <summary>What was written out or ended is now what readers find.</summary>
    public void Committed()
    {
        if (_left.Count > 0)
        {
            lock (_gate)
            {
                _left.Clear();
            }
        }
    }

    /// <summary>Reads what stands in the file; at the opening and after a rollback.</summary>
    public void Load(Connection db, Lines lines)
    {
        lock (_gate)
        {
            _jobs.Clear();
            _left.Clear();
        }

        _last = 0;
        var rows = new List<(BatchLease Lease, byte[] Jobs)>();
        for (var row = db.Use(SelectLeases); row.Step();)
        {
            rows.Add((new BatchLease(row.Long(0), row.Long(1), LeaseToken.Read(row.Span(2)), row.Long(3)), row.Bytes(4)));
            _last = row.Long(0);
        }

        foreach (var (lease, jobs) in rows)
        {
            foreach (var (id, seq, prefetched) in Unpack(jobs))
            {
                var row = db.Use(SelectLeased).Bind(id);
                if (row.Step())
                {
                    var line = lines[row.Long(0)];
                    Keep(id, new LeasedJob(lease, line, row.Int(1), row.TextOrNull(2), seq, prefetched));
                    row.Reset();
                }
            }
        }
    }

    /// <summary>Begins a lease; <see cref="Close"/> writes it when its jobs are known.</summary>
    public BatchLease Begin(long worker, LeaseToken token, long now) => new(++_last, worker, token, now);

    public void Add(long id, LeasedJob job) => Keep(id, job);

    /// <summary>Writes a lease, in the transaction of its claim.</summary>
    public void Close(Connection db, BatchLease lease, IReadOnlyList<Storage.Claimed> claimed)
    {
        using var pack = new MemoryStream();
        using var writer = new BinaryWriter(pack);
        var (lastId, lastSeq) = (0L, 0L);
        foreach (var job in claimed)
        {
            var id = job.Lease.Job.Value;
            if (Find(id) is { } leased && leased.Lease == lease)
            {
                writer.Write7BitEncodedInt64(id - lastId);
                writer.Write7BitEncodedInt64(((leased.StartedSeq - lastSeq) << 1) | (leased.Prefetched ? 1L : 0L));
                (lastId, lastSeq) = (id, leased.StartedSeq);
            }
        }

        db.Use(InsertLease).Bind(lease.Id).Bind(lease.Worker).Bind(lease.Token).Bind(lease.StartedAt)
            .BindBlob(pack.GetBuffer().AsSpan(0, (int)pack.Length)).Run();
    }

    public LeasedJob? Find(long id) => _jobs.TryGetValue(id, out var job) ? job : null;

    public bool Holds(long id) => _jobs.Count > 0 && _jobs.ContainsKey(id);

    /// <summary>What a worker holds by such leases.</summary>
    public List<Storage.HeldLease> HeldBy(long worker) =>
        [.. _jobs.Where(job => job.Value.Lease.Worker == worker)
            .Select(job => new Storage.HeldLease(new(new JobId(job.Key), 1, job.Value.Lease.Token), false))];

    /// <summary>A job needs its lease no more: it ended, or its row says now that it runs.</summary>
    public void Remove(Connection db, long id, LeasedJob job)
    {
        lock (_gate)
        {
            _jobs.Remove(id);
            _left[id] = job.Lease.Worker;
        }

        job.Line.Leased--;
        if (--job.Lease.Open == 0)
        {
            db.Use(DropLease).Bind(job.Lease.Id).Run();
        }
    }

    /// <summary>Makes the row of a job tell that it runs, if a batch's lease has told it so far.</summary>
    public void WriteOut(Connection db, long id)
    {
        if (_jobs.Count == 0 || !_jobs.TryGetValue(id, out var job))
        {
            return;
        }

        var rows = db.Use(WriteLeased).Bind(job.Lease.Worker).Bind(job.Lease.Token).Bind(job.Prefetched).Bind(job.Lease.StartedAt)
            .Bind(job.StartedSeq).Bind(id).Run();
        if (rows != 1)
        {
            throw new System.Diagnostics.UnreachableException($"Job {id} was leased with its batch and its row says otherwise.");
        }

        Remove(db, id, job);
    }

    /// <summary>Does so for some, or for all; how many are left.</summary>
    public int WriteOut(Connection db, IReadOnlyList<JobId>? ids)
    {
        foreach (var id in ids?.Select(id => id.Value) ?? [.. _jobs.Keys.Order()])
        {
            WriteOut(db, id);
        }

        return _jobs.Count;
    }

    /// <summary>Does so for all that a worker holds.</summary>
    public void WriteOutOf(Connection db, long worker)
    {
        foreach (var held in HeldBy(worker))
        {
            WriteOut(db, held.Lease.Job.Value);
        }
    }

    private void Keep(long id, LeasedJob job)
    {
        lock (_gate)
        {
            _jobs.Add(id, job);
        }

        job.Line.Leased++;
        job.Lease.Open++;
    }

    private static IEnumerable<(long Id, long Seq, bool Prefetched)> Unpack(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var (id, seq) = (0L, 0L);
        while (reader.BaseStream.Position < bytes.Length)
        {
            id += reader.Read7BitEncodedInt64();
            var step = reader.Read7BitEncodedInt64();
            seq += step >> 1;
            yield return (id, seq, (step & 1) == 1);
        }
    }
}
