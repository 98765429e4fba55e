using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string InsertWorker = """
        insert into worker (facts, opening, remote, started_at, seen_at) values (@facts, @opening, @remote, @now, @now) returning id
        """;

    private const string Beat = """
        update worker set beat = max(beat, @beat), slots_used = @slots_used, draining = @draining, gone = @leaving, seen_at = @now,
            cpu = @cpu, memory_bytes = @memory
        where id = @id and gone = 0
        returning drain
        """;

    private const string MarkBegun = """
        update job set prefetched = 0
        where id = @id and state = 'running' and attempt = @attempt and lease_token = @token and prefetched = 1
        """;

    private const string SelectHeld = """
        select id, attempt, lease_token, cancel_requested_at from job where worker_id = @worker and state = 'running' order by id
        """;

    /// <inheritdoc/>
    public ValueTask<long> RegisterAsync(WorkerFacts worker, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync(
            batch =>
            {
                var row = batch.Db.Use(InsertWorker).Bind(StoreJson.Write(worker)).Bind(_opening).Bind(worker.Remote).Bind(now);
                row.Step();
                var id = row.Long(0);
                row.Run();
                foreach (var type in worker.Types)
                {
                    batch.Db.Use(SeeType).Bind(type).Bind(now).Run();
                }

                return id;
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<HeartbeatReply> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            batch =>
            {
                var beat = batch.Db.Use(Beat).Bind(request.Beat).Bind((long)request.SlotsUsed).Bind(request.Draining).Bind(request.Leaving)
                    .Bind(request.Now).Bind(request.Cpu).Bind(request.MemoryBytes).Bind(request.WorkerId);
                if (!beat.Step())
                {
                    return new HeartbeatReply(false, false, []);
                }

                var drain = beat.Flag(0);
                beat.Run();
                foreach (var (job, attempt, token) in request.Begun)
                {
                    batch.Leases.WriteOut(batch.Db, job.Value);
                    batch.Db.Use(MarkBegun).Bind(job).Bind(attempt).Bind(token).Run();
                }

                var held = batch.Leases.HeldBy(request.WorkerId);
                for (var row = batch.Db.Use(SelectHeld).Bind(request.WorkerId); row.Step();)
                {
                    held.Add(new HeldLease(
                        new Lease(new JobId(row.Long(0)), row.Int(1), LeaseToken.Read(row.Span(2))), !row.IsNull(3)));
                }

                return new HeartbeatReply(true, drain, held);
            },
            cancellationToken);
}
