using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // done never falls within a generation: a late or repeated report must not undo what people saw
    private const string SaveProgress = """
        insert into pawl.progress as p (job_id, total, done, failed, skipped, message, updated_at) values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (job_id) do update set
            total = coalesce(excluded.total, p.total), done = greatest(p.done, excluded.done),
            failed = excluded.failed, skipped = greatest(p.skipped, excluded.skipped),
            message = coalesce(excluded.message, p.message), updated_at = excluded.updated_at
        """;

    private const string SelectCheckpointVersion = "select version from pawl.checkpoint where job_id = $1";
    private const string SaveCheckpoint = """
        insert into pawl.checkpoint (job_id, attempt, version, schema, cursor_kind, last_item_key, data, saved_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (job_id) do update set attempt = excluded.attempt, version = excluded.version, schema = excluded.schema,
            cursor_kind = excluded.cursor_kind, last_item_key = excluded.last_item_key, data = excluded.data, saved_at = excluded.saved_at
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SaveReply>> SaveAsync(
        IReadOnlyList<AttemptSave> saves, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync<IReadOnlyList<SaveReply>>(
            async batch =>
            {
                // One transaction for all groups, or one that fails would leave the others stored that are then tried again.
                var replies = new SaveReply[saves.Count];
                foreach (var i in Enumerable.Range(0, replies.Length).OrderBy(i => saves[i].Lease.Job.Value))   // id order, or two deadlock
                {
                    replies[i] = await SaveAsync(batch, saves[i], Micros.Of(now)).ConfigureAwait(false);
                }

                return replies;
            },
            cancellationToken);

    private async ValueTask<SaveReply> SaveAsync(Batch batch, AttemptSave save, long now)
    {
        if (await Fence.PassAsync(batch, save.Lease).ConfigureAwait(false) is not { } job)
        {
            var refused = await RefuseAsync(batch, save.Lease, now, "save").ConfigureAwait(false);
            return new SaveReply(refused.What, refused.State, refused.Attempt);
        }

        return await SaveFencedAsync(batch, save, job, now).ConfigureAwait(false);
    }

    /// <summary>Stores a group under a lease that was just checked. Children and the checkpoint's version are checked before anything is
    /// written.</summary>
    private async ValueTask<SaveReply> SaveFencedAsync(Batch batch, AttemptSave save, FencedJob job, long now)
    {
        var (id, attempt, _) = save.Lease;
        var version = await CheckpointVersionAsync(batch.Db, id).ConfigureAwait(false);
        if (save.Checkpoint?.Version is { } wanted && wanted != version + 1)
        {
            return new SaveReply(Settled.Done, CheckpointVersion: version, CheckpointOlder: true);
        }

        EnqueueReply? children = null;
        if (save.Children.Count > 0)
        {
            children = await EnqueueAsync(batch, [.. save.Children.Select(child => child with { ParentId = id })], now)
                .ConfigureAwait(false);
            if (children.Refusal is { } refusal)
            {
                return new SaveReply(Settled.Done, CheckpointVersion: version, ChildRefusal: refusal);
            }
        }

        if (save.Progress is { } progress)
        {
            batch.Db.Use(SaveProgress).Bind(id).Bind(progress.Total).Bind(progress.Done).Bind(progress.Failed).Bind(progress.Skipped)
                .Bind(progress.Message).Bind(now).Later();
        }

        if (save.Checkpoint is { } checkpoint)
        {
            version++;
            batch.Db.Use(SaveCheckpoint).Bind(id).Bind(attempt).Bind(version).Bind(checkpoint.Schema).Bind(Words.Of(checkpoint.CursorKind))
                .Bind(checkpoint.LastItemKey).BindText(checkpoint.Data).Bind(now).Later();
        }

        SaveItems(batch.Db, save, now);
        await SaveLogAsync(batch.Db, save).ConfigureAwait(false);
        SaveArtifacts(batch.Db, save, now);
        RecordSave(batch, save, job, version, now);
        return new SaveReply(Settled.Done, JobState.Running, attempt, version, Children: children?.Jobs);
    }

    private static void RecordSave(Batch batch, AttemptSave save, FencedJob job, int version, long now)
    {
        var (id, attempt, _) = save.Lease;
        if (save.Checkpoint is not null)
        {
            batch.JobEvent(
                EventKind.Checkpoint, id.Value, job.Generation, attempt, null, null, now, reason: $"version {version}",
                worker: job.WorkerId);
        }

        if (save.Items.Count > 0)
        {
            batch.JobEvent(
                EventKind.Items, id.Value, job.Generation, attempt, null, null, now, reason: $"{save.Items.Count} items",
                worker: job.WorkerId);
        }

        foreach (var fact in save.Facts)
        {
            batch.JobEvent(
                fact.Kind, id.Value, job.Generation, attempt, null, null, now, fact.Actor, fact.Reason, fact.Title,
                fact.Data, job.WorkerId);
        }
    }

    private static async ValueTask<int> CheckpointVersionAsync(Session db, JobId id) =>
        await db.Use(SelectCheckpointVersion).Bind(id).ValueAsync(static row => row.Int(0)).ConfigureAwait(false) ?? 0;
}
