using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // A second one finds nothing to take; the wish stays in its body.
    private const string TakeApproval = """
        update pawl.job_state set waits_on = waits_on - 1, awaits_approval = false
        where id = $1 and state = 'blocked' and awaits_approval
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Changed>> ApproveAsync(ApproveRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            batch => EachAsync(request.Ids, id => ApproveAsync(batch, id, request, Micros.Of(request.Now))),
            cancellationToken);

    private static async ValueTask<Changed> ApproveAsync(Batch batch, JobId id, ApproveRequest request, long now)
    {
        if (await Head.FindAsync(batch, id.Value).ConfigureAwait(false) is not { } head)
        {
            return new Changed(id, "not_found", null);
        }

        if (head.State != JobState.Blocked || await batch.Db.Use(TakeApproval).Bind(id).RunAsync().ConfigureAwait(false) != 1)
        {
            return new Changed(id, "not_awaiting_approval", head.State);
        }

        await ReleaseAsync(batch, id.Value, now, request.By).ConfigureAwait(false);
        Audit(batch, now, id, new("job.approve", request.By));
        return new Changed(id, null, await StateOfAsync(batch, id).ConfigureAwait(false));
    }
}
