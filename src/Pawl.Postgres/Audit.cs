namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string InsertAudit = """
        insert into pawl.audit (at, actor, action, job_id, before, after, detail) values ($1, $2, $3, $4, $5, $6, $7)
        """;

    /// <summary>What a person did, in the transaction that did it.</summary>
    private static void Audit(
        Session db, long now, string? actor, string action, JobId? job, string? before, string? after, string? detail = null) =>
        db.Use(InsertAudit).Bind(now).Bind(actor).Bind(action).Bind(job).Bind(before).Bind(after).Bind(detail).Later();
}
