using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const int BegunAtOnce = 8;

    /// <summary>How long a heartbeat tells of jobs that have begun; 250 ms unless a test wants all of them told.</summary>
    internal TimeSpan LongestForBegun { get; set; } = TimeSpan.FromMilliseconds(250);

    private const string InsertWorker = """
        insert into pawl.worker (facts, remote, started_at, seen_at) values ($1, $2, $3, $3) returning id
        """;

    private const string Beat = """
        update pawl.worker set beat = greatest(beat, $2), slots_used = $3, draining = $4, gone = $5, seen_at = $6, cpu = $7,
            memory_bytes = $8
        where id = $1 and not gone
        returning drain
        """;

    private const string MarkBegun = """
        update pawl.job_state set prefetched = false
        where id = $1 and state = 'running' and attempt = $2 and lease_token = $3 and prefetched
        """;

    // One statement, so one snapshot: a job that gets a row of its own meanwhile is told once. The offset keeps it a look for each job
    // that is held, never a walk through all that are done.
    private const string SelectHeld = """
        select id, attempt, lease_token, cancel_requested_at is not null from pawl.job_state where worker_id = $1 and state = 'running'
        union all
        select run.id, 1, l.token, false
        from pawl.lease l, unnest(l.lo, l.hi) as r (lo, hi), generate_series(r.lo, r.hi) as run (id)
        where l.worker_id = $1 and l.open and not run.id = any(l.own)
            and not exists (select 1 from pawl.done d where d.job_id = run.id offset 0)
        order by 1
        """;

    private const string BeatAndHeld = $"""
        with beat as ({Beat}) select beat.drain, held.id, held.attempt, held.token, held.cancel
        from beat left join ({SelectHeld}) as held (id, attempt, token, cancel) on true
        order by held.id
        """;

    /// <inheritdoc/>
    public ValueTask<long> RegisterAsync(WorkerFacts worker, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync(
            async batch =>
            {
                var id = await batch.Db.Use(InsertWorker).Bind(StoreJson.Write(worker)).Bind(worker.Remote).Bind(now).NumberAsync()
                    .ConfigureAwait(false);
                batch.Db.Use(SeeTypes).Bind([.. worker.Types.Distinct()]).Bind(now).Later();
                _listener?.Start();
                return id!.Value;
            },
            cancellationToken,
            Lane.Life);

    /// <inheritdoc/>
    public async ValueTask<HeartbeatReply> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken)
    {
        // The sign of life first, and by itself: whoever holds a lock on one of the jobs must not make the worker look dead.
        var reply = await ReadOneAsync(db => BeatAsync(db, request), cancellationToken, Lane.Life).ConfigureAwait(false);
        return request.Begun.Count == 0 || !reply.Known
            ? reply
            : reply with { BegunStored = await BegunAsync(request.Begun, cancellationToken).ConfigureAwait(false) };
    }

    /// <summary>Tells of as many as come through in a short time; null when all did.</summary>
    private async ValueTask<IReadOnlyList<Lease>?> BegunAsync(IReadOnlyList<Lease> begun, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(LongestForBegun, TimeProvider.System);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        var stored = new List<Lease>();
        try
        {
            // In the order of their ids, or two sweeps deadlock.
            foreach (var some in begun.OrderBy(static lease => lease.Job.Value).Chunk(BegunAtOnce))
            {
                await WriteAsync(batch => BegunAsync(batch, some), limit.Token, Lane.Life).ConfigureAwait(false);
                stored.AddRange(some);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or PawlException && !cancellationToken.IsCancellationRequested)
        {
            // The next beat tells of the others.
        }

        return stored.Count == begun.Count ? null : stored;
    }

    /// <summary>One statement, which needs no transaction around it.</summary>
    private static async ValueTask<HeartbeatReply> BeatAsync(Session db, HeartbeatRequest request)
    {
        var (known, drain) = (false, false);
        var held = new List<HeldLease>();
        await Bind(db.Use(BeatAndHeld), request).EachAsync(row =>
        {
            (known, drain) = (true, row.Flag(0));
            if (!row.IsNull(1))
            {
                held.Add(ReadHeld(row, 1));
            }
        }).ConfigureAwait(false);
        return new HeartbeatReply(known, drain, held);
    }

    private static async ValueTask<bool> BegunAsync(Batch batch, Lease[] begun)
    {
        foreach (var (job, attempt, token) in begun)
        {
            await Plain.WriteOutAsync(batch, job.Value).ConfigureAwait(false);
            batch.Db.Use(MarkBegun).Bind(job).Bind(attempt).Bind(token).Later();
        }

        return true;
    }

    private static HeldLease ReadHeld(Row row, int from) =>
        new(new Lease(new JobId(row.Long(from)), row.Int(from + 1), row.Token(from + 2)), row.Flag(from + 3));

    private static Statement Bind(Statement beat, HeartbeatRequest request) =>
        beat.Bind(request.WorkerId).Bind(request.Beat).Bind(request.SlotsUsed).Bind(request.Draining).Bind(request.Leaving)
            .Bind(request.Now).Bind(request.Cpu).Bind(request.MemoryBytes);
}
