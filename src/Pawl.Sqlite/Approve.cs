using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string TakeApproval = "update job_body set requires_approval = 2 where id = @id and requires_approval = 1";

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Changed>> ApproveAsync(ApproveRequest request, CancellationToken cancellationToken) =>
        WriteAsync<IReadOnlyList<Changed>>(
            batch => [.. request.Ids.Select(id => Approve(batch, id, request, Micros.Of(request.Now)))],
            cancellationToken);

    private static Changed Approve(Batch batch, JobId id, ApproveRequest request, long now)
    {
        if (Head.Find(batch, id.Value) is not { } head)
        {
            return new Changed(id, "not_found", null);
        }

        // 2 stands for given: the wish stays visible, and a second approval finds nothing to take
        if (head.State != JobState.Blocked || batch.Db.Use(TakeApproval).Bind(id).Run() != 1)
        {
            return new Changed(id, "not_awaiting_approval", head.State);
        }

        batch.Db.Use(MetOne).Bind(id).Run();
        Release(batch, id.Value, now, request.By);
        Audit(batch, now, id, new("job.approve", request.By));
        return new Changed(id, null, StateOf(batch, id));
    }
}
