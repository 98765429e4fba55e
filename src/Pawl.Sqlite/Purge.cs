using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectHashes = "select distinct sha256 from artifact where job_id = @id";
    private const string DropBlob = """
        delete from artifact_blob
        where sha256 = @sha256 and not exists (select 1 from artifact where sha256 = @sha256)
        """;

    private static readonly string[] DropsOfJob =
    [
        "delete from attempt where job_id = @id",
        "delete from progress where job_id = @id",
        "delete from checkpoint where job_id = @id",
        "delete from log where job_id = @id",
        "delete from item_run where job_id = @id",
        "delete from artifact where job_id = @id",
        "delete from dependency where job_id = @id",
        "delete from job_event where job_id = @id",
        "delete from job_end where id = @id",
        "delete from job_cancel where id = @id",
        "delete from job_recovery where id = @id",
        "delete from job_body where id = @id",
        "delete from job where id = @id",
    ];

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Changed>> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken) =>
        WriteAsync<IReadOnlyList<Changed>>(
            batch => [.. request.Ids.Select(id => Purge(batch, id, request.By, Micros.Of(request.Now)))],
            cancellationToken);

    private static Changed Purge(Batch batch, JobId id, string? by, long now)
    {
        if (Head.Find(batch, id.Value) is not { } head)
        {
            return new Changed(id, "not_found", null);
        }

        if (!Transitions.MayPurge(head.State))
        {
            return new Changed(id, "not_final", head.State);
        }

        Remove(batch, head, by, now);
        Audit(batch, now, id, new("job.delete", by, Before: AuditJson.State(head.State)));
        return new Changed(id, null, null);
    }

    private static void Remove(Batch batch, Head head, string? by, long now)
    {
        batch.KeepLastJobId();
        if (head.UniqueKey is { } key)
        {
            batch.Db.Use(FreeUniqueKey).Bind(head.Line.Type).Bind(key).Bind(head.Id).Run();
        }

        var hashes = new List<string>();
        for (var row = batch.Db.Use(SelectHashes).Bind(head.Id); row.Step();)
        {
            hashes.Add(row.Text(0));
        }

        foreach (var drop in DropsOfJob)
        {
            batch.Db.Use(drop).Bind(head.Id).Run();
        }

        foreach (var hash in hashes)
        {
            batch.Db.Use(DropBlob).Bind(hash).Run();
        }

        batch.Event(
            EventKind.Removed, head.Id, 0, 0, head.State, null, now, by,
            data: Removal.Of(head.Line.Queue, head.Line.Type));
        batch.Move(head.Line, head.State, null);
        if (head.State == JobState.Failed && head.DismissedAt is null)
        {
            batch.Die(head.Line, -1, head.Id);
        }
    }
}
