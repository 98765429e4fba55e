using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SelectLeader = """
        select l.worker_id, l.term, l.beat, coalesce(w.beat, 0) from pawl.leader l left join pawl.worker w on w.id = l.worker_id
        where l.name = $1
        """;

    // One statement that locks the row, whether it then changes it or not, and compares before it sets: of two that saw the same silence
    // one wins. Whoever is refused reads what held when he asked.
    private const string AskForLead = """
        with asked as (
            insert into pawl.leader as l (name, worker_id, term, beat) values ($4, $1, 1, 1)
            on conflict (name) do update set
                worker_id = excluded.worker_id,
                term = l.term + case when l.worker_id = excluded.worker_id then 0 else 1 end,
                beat = l.beat + 1
            where l.worker_id = excluded.worker_id
                or not exists (select 1 from pawl.worker w where w.id = l.worker_id and not w.gone)
                or (l.term = $2 and l.beat = $3)
            returning worker_id, term, beat)
        select a.worker_id, a.term, a.beat, coalesce(w.beat, 0) from asked a left join pawl.worker w on w.id = a.worker_id
        union all
        select l.worker_id, l.term, l.beat, coalesce(w.beat, 0) from pawl.leader l left join pawl.worker w on w.id = l.worker_id
        where l.name = $4 and not exists (select 1 from asked)
        """;

    private const string LeaveLead = "update pawl.leader set worker_id = null where name = $2 and worker_id = $1";

    /// <inheritdoc/>
    public async ValueTask<LeadReply> LeadAsync(LeadRequest request, CancellationToken cancellationToken)
    {
        var (leader, term, beat, sign) = request.Leave
            ? await WriteAsync(
                batch =>
                {
                    batch.Db.Use(LeaveLead).Bind(request.WorkerId).Bind(request.Name).Later();
                    return LeaderAsync(batch.Db.Use(SelectLeader).Bind(request.Name));
                },
                cancellationToken).ConfigureAwait(false)
            : await ReadOneAsync(
                db => LeaderAsync(
                    db.Use(AskForLead).Bind(request.WorkerId).Bind(request.TakeFrom?.Term).Bind(request.TakeFrom?.Beat).Bind(request.Name)),
                cancellationToken).ConfigureAwait(false);
        return new LeadReply(leader == request.WorkerId, leader, term, beat, sign);
    }

    /// <summary>Who leads; nobody, in term 0, before the first did.</summary>
    private static async ValueTask<(long? Leader, long Term, long Beat, long Sign)> LeaderAsync(Statement statement) =>
        await statement.ValueAsync(static row => (Leader: row.LongOrNull(0), Term: row.Long(1), Beat: row.Long(2), Sign: row.Long(3)))
            .ConfigureAwait(false) ?? (null, 0, 0, 0);
}
