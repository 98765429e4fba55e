namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string InsertAudit = """
        insert into audit (at, actor, action, job_id, before, after, detail) values (@at, @actor, @action, @job, @before, @after, @detail)
        """;

    /// <summary>What a person did, in the transaction that did it.</summary>
    private static void Audit(
        Connection db, long now, string? actor, string action, JobId? job, string? before, string? after, string? detail = null) =>
        db.Use(InsertAudit).Bind(now).Bind(actor).Bind(action).Bind(job).Bind(before).Bind(after).Bind(detail).Run();
}
