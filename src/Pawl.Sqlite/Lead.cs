using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectLeader = """
        select l.worker_id, l.term, l.beat, coalesce(w.gone = 1 or (w.remote = 0 and w.opening <> @opening), 1),
            coalesce(w.beat, 0)
        from leader l left join worker w on w.id = l.worker_id
        where l.name = @name
        """;

    private const string FirstLeader = """
        insert into leader (name, worker_id, term, beat) values (@name, @worker, 1, 1) on conflict do nothing
        """;

    private const string KeepLead = "update leader set beat = beat + 1 where name = @name and worker_id = @worker";

    // compare and set: of two that saw the same silence one wins
    private const string TakeLead = """
        update leader set worker_id = @worker, term = term + 1, beat = beat + 1 where name = @name and term = @term and beat = @beat
        """;

    private const string LeaveLead = "update leader set worker_id = null where name = @name and worker_id = @worker";

    /// <inheritdoc/>
    public ValueTask<LeadReply> LeadAsync(LeadRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            batch =>
            {
                var db = batch.Db;
                var name = request.Name;
                var (leader, term, beat, vacant, _) = Leader(db, name);
                if (request.Leave)
                {
                    db.Use(LeaveLead).Bind(name).Bind(request.WorkerId).Run();
                }
                else if (term == 0)
                {
                    db.Use(FirstLeader).Bind(name).Bind(request.WorkerId).Run();
                }
                else if (leader == request.WorkerId)
                {
                    db.Use(KeepLead).Bind(name).Bind(request.WorkerId).Run();
                }
                else if (vacant)
                {
                    db.Use(TakeLead).Bind(request.WorkerId).Bind(name).Bind(term).Bind(beat).Run();
                }
                else if (request.TakeFrom is { } seen)
                {
                    db.Use(TakeLead).Bind(request.WorkerId).Bind(name).Bind(seen.Term).Bind(seen.Beat).Run();
                }

                (leader, term, beat, _, var sign) = Leader(db, name);
                return new LeadReply(leader == request.WorkerId, leader, term, beat, sign);
            },
            cancellationToken);

    /// <summary>Who leads; vacant when nobody does, or one that is gone or dead for certain.</summary>
    private (long? Leader, long Term, long Beat, bool Vacant, long Sign) Leader(Connection db, string name)
    {
        var row = db.Use(SelectLeader).Bind(_opening).Bind(name);
        var leader = row.Step() ? (row.LongOrNull(0), row.Long(1), row.Long(2), row.Flag(3), row.Long(4)) : (null, 0, 0, true, 0);
        row.Reset();
        return leader;
    }
}
