using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    // done never falls within a generation: a late or repeated report must not undo what people saw
    private const string SaveProgress = """
        insert into progress (job_id, total, done, failed, skipped, message, updated_at)
        values (@job, @total, @done, @failed, @skipped, @message, @now)
        on conflict (job_id) do update set
            total = coalesce(excluded.total, total), done = max(done, excluded.done),
            failed = excluded.failed, skipped = max(skipped, excluded.skipped),
            message = coalesce(excluded.message, message), updated_at = excluded.updated_at
        """;

    private const string SelectCheckpointVersion = "select version from checkpoint where job_id = @job";
    private const string SaveCheckpoint = """
        insert into checkpoint (job_id, attempt, version, schema, cursor_kind, last_item_key, data, saved_at)
        values (@job, @attempt, @version, @schema, @cursor_kind, @last_item_key, @data, @now)
        on conflict (job_id) do update set attempt = excluded.attempt, version = excluded.version, schema = excluded.schema,
            cursor_kind = excluded.cursor_kind, last_item_key = excluded.last_item_key, data = excluded.data, saved_at = excluded.saved_at
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SaveReply>> SaveAsync(
        IReadOnlyList<AttemptSave> saves, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync<IReadOnlyList<SaveReply>>(
            batch =>
            {
                var replies = new SaveReply[saves.Count];
                for (var i = 0; i < replies.Length; i++)
                {
                    replies[i] = Save(batch, saves[i], Micros.Of(now));
                }

                return replies;
            },
            cancellationToken);

    private SaveReply Save(Batch batch, AttemptSave save, long now)
    {
        batch.Leases.WriteOut(batch.Db, save.Lease.Job.Value);
        if (Fenced(batch, save.Lease) is not { } job)
        {
            var refused = Refuse(batch, save.Lease, now, "save");
            return new SaveReply(refused.What, refused.State, refused.Attempt);
        }

        return SaveFenced(batch, save, job, now);
    }

    /// <summary>Stores a group under a lease that was just checked. Children and the checkpoint's version are checked before anything is
    /// written.</summary>
    private SaveReply SaveFenced(Batch batch, AttemptSave save, FencedJob job, long now)
    {
        var (id, attempt, _) = save.Lease;
        var version = CheckpointVersion(batch.Db, id);
        if (save.Checkpoint?.Version is { } wanted && wanted != version + 1)
        {
            return new SaveReply(Settled.Done, CheckpointVersion: version, CheckpointOlder: true);
        }

        EnqueueReply? children = null;
        if (save.Children.Count > 0)
        {
            children = Enqueue(batch, [.. save.Children.Select(child => child with { ParentId = id })], now);
            if (children.Refusal is { } refusal)
            {
                return new SaveReply(Settled.Done, CheckpointVersion: version, ChildRefusal: refusal);
            }
        }

        if (save.Progress is { } progress)
        {
            batch.Db.Use(SaveProgress).Bind(id).Bind(progress.Total).Bind(progress.Done).Bind(progress.Failed).Bind(progress.Skipped)
                .Bind(progress.Message).Bind(now).Run();
        }

        if (save.Checkpoint is { } checkpoint)
        {
            version++;
            batch.Db.Use(SaveCheckpoint).Bind(id).Bind(attempt).Bind(version).Bind(checkpoint.Schema).Bind(Words.Of(checkpoint.CursorKind))
                .Bind(checkpoint.LastItemKey).BindText(checkpoint.Data.Span).Bind(now).Run();
        }

        SaveItems(batch.Db, save, now);
        SaveLog(batch.Db, save);
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

    private static int CheckpointVersion(Connection db, JobId id)
    {
        var row = db.Use(SelectCheckpointVersion).Bind(id);
        var version = row.Step() ? row.Int(0) : 0;
        row.Reset();
        return version;
    }
}
