using System.Security.Cryptography;
using System.Text.Json;
using Pawl.Storage;

namespace Pawl.Running;

/// <summary>What is stored while the attempt runs. One save at a time, in the order asked.</summary>
internal sealed partial class AttemptContext
{
    private static readonly Dictionary<string, string> MediaTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        [".json"] = "application/json",
        [".txt"] = "text/plain; charset=utf-8",
        [".log"] = "text/plain; charset=utf-8",
        [".csv"] = "text/csv; charset=utf-8",
        [".md"] = "text/markdown; charset=utf-8",
        [".html"] = "text/html; charset=utf-8",
        [".xml"] = "application/xml",
        [".pdf"] = "application/pdf",
        [".zip"] = "application/zip",
        [".gz"] = "application/gzip",
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".svg"] = "image/svg+xml",
    };

    private SemaphoreSlim? _saving;
    private int _spawned;

    public override Task SaveAsync<T>(T checkpoint, CheckpointOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var json = JsonSerializer.SerializeToUtf8Bytes(checkpoint, Form<T>());
        Bounds.Size(json.Length, Bounds.MaxPayload, "checkpoint_too_large", "A checkpoint");
        if (options.LastItemKey is { } key)
        {
            Names.ItemKey(key);
        }

        if (options.Total is { } total)
        {
            Progress(CurrentProgress.Done, total);
        }

        return AwaitAsync(StoreBufferedAsync(new(json, options.Schema, options.CursorKind, options.LastItemKey)), cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken = default) =>
        AwaitAsync(StoreBufferedAsync(null), cancellationToken);

    public override async Task AttachAsync(
        string name, ReadOnlyMemory<byte> content, string? mediaType = null, CancellationToken cancellationToken = default)
    {
        Names.Artifact(name);
        Bounds.Size(content.Length, Bounds.MaxArtifact, "artifact_too_large", "An artifact");
        var type = Names.Short(mediaType, Names.MaxName, "A media type")
            ?? MediaTypes.GetValueOrDefault(Path.GetExtension(name), "application/octet-stream");
        var artifact = new NewArtifact(name, type, content, Convert.ToHexStringLower(SHA256.HashData(content.Span)));
        await AwaitAsync(StoreAsync(new() { Lease = _claimed.Lease, Artifacts = [artifact] }), cancellationToken);
    }

    public override async Task AttachAsync(
        string name, Stream content, string? mediaType = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        Names.Artifact(name);
        using var whole = new MemoryStream();
        var part = new byte[81_920];
        for (int read; (read = await content.ReadAsync(part, cancellationToken)) > 0;)
        {
            // Not read to the end first: a stream may have none.
            Bounds.Size(whole.Length + read, Bounds.MaxArtifact, "artifact_too_large", "An artifact");
            whole.Write(part, 0, read);
        }

        await AttachAsync(name, whole.GetBuffer().AsMemory(0, (int)whole.Length), mediaType, cancellationToken);
    }

    public override async Task AttachFileAsync(
        string path, string? name = null, string? mediaType = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        await using var file = File.OpenRead(path);
        Bounds.Size(file.Length, Bounds.MaxArtifact, "artifact_too_large", "An artifact");
        await AttachAsync(name ?? Path.GetFileName(path), file, mediaType, cancellationToken);
    }

    public override async Task<EnqueueResult> SpawnAsync<TPayload>(
        TPayload payload, EnqueueOptions? options = null, CancellationToken cancellationToken = default) =>
        (await SpawnManyAsync([payload], options, cancellationToken))[0];

    public override async Task<IReadOnlyList<EnqueueResult>> SpawnManyAsync<TPayload>(
        IEnumerable<TPayload> payloads, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(payloads);
        var now = tools.Clock.GetUtcNow();
        var wish = (options ?? new()) with { Trigger = Trigger.Parent, Traceparent = options?.Traceparent ?? _claimed.Traceparent };
        var children = new List<NewJob>();
        foreach (var payload in payloads)
        {
            Bounds.Batch(children.Count + 1);

            // A key of the engine's own: a save that is repeated because its answer was lost must not create the child twice.
            var own = wish.IdempotencyKey is null && wish.UniqueKey is null
                ? wish with { IdempotencyKey = $"child:{Id}:{Attempt}:{Interlocked.Increment(ref _spawned)}" }
                : wish;
            children.Add(tools.Jobs.Of(payload, own, now));
        }

        Bounds.Batch(children.Count);
        var reply = await AwaitAsync(StoreAsync(new() { Lease = _claimed.Lease, Children = children }), cancellationToken);
        if (reply.ChildRefusal is { } refusal)
        {
            throw Refusals.Thrown(refusal, children.Count);
        }

        foreach (var (child, made) in (reply.Children ?? []).Zip(children))
        {
            if (!child.Deduplicated)
            {
                tools.Spawned(made);
            }
        }

        return [.. (reply.Children ?? []).Select(child => new EnqueueResult(child.Id, child.Deduplicated, child.State))];
    }

    public override Task NoticeAsync(string title, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        var fact = new Fact(EventKind.Notice, Id, $"job:{Id}", Title: Fit(title));
        return AwaitAsync(StoreAsync(new() { Lease = _claimed.Lease, Facts = [fact] }), cancellationToken);
    }

    /// <summary>Stores what is held back, and says nothing when that does not work: it goes with the next save.</summary>
    public async Task FlushQuietlyAsync()
    {
        try
        {
            await StoreBufferedAsync(null);
        }
        catch (Exception)
        {
            // Over, lost, refused, or away for so long that the log has said it.
        }
    }

    /// <summary>What is still held back at the end, to be stored with it; null for nothing. Waits for a save under way.</summary>
    public async ValueTask<AttemptSave?> TakeLastAsync()
    {
        if (_saving is { } saving)
        {
            await saving.WaitAsync();
        }

        while (_log is { Waiting: > LogBuffer.MostInSave } log)
        {
            await tools.Saves.StoreAsync(new() { Lease = _claimed.Lease, Log = log.Take() });
        }

        return Take(null);
    }

    /// <summary>Whether <see cref="TakeLastAsync"/> may have to wait.</summary>
    public bool LastMustWait => _saving is { CurrentCount: 0 } || _log is { Waiting: > LogBuffer.MostInSave };

    /// <summary>What is held back; null for nothing.</summary>
    public AttemptSave? Take(NewCheckpoint? checkpoint)
    {
        lock (_gate)
        {
            _touched = false;
            if (checkpoint is null && !_progressTold && _items is null && _log is null)
            {
                return null;
            }

            var log = _log?.Take() ?? [];
            if (checkpoint is null && !_progressTold && _items is null && log.Length == 0)
            {
                return null;
            }

            var save = new AttemptSave
            {
                Lease = _claimed.Lease,
                Progress = _progressTold || checkpoint is not null ? ProgressNow() : null,
                Checkpoint = checkpoint is null ? null : checkpoint with { Version = (_checkpoint?.Version ?? 0) + 1 },
                Items = _items ?? [],
                Log = log,
            };
            (_items, _progressTold) = (null, false);
            return save;
        }
    }

    private async Task<SaveReply> StoreBufferedAsync(NewCheckpoint? checkpoint)
    {
        var saving = Saving();
        await saving.WaitAsync();
        try
        {
            ThrowIfOver();
            if (Take(checkpoint) is not { } save)
            {
                return new(Settled.Done);
            }

            var reply = await SendAsync(save);
            if (reply.CheckpointOlder && save.Checkpoint is { Version: { } sent } && reply.CheckpointVersion != sent)
            {
                // The numbers went apart; go on from what the store has. Only this attempt can write, so nothing is overwritten.
                save = save with { Checkpoint = save.Checkpoint with { Version = reply.CheckpointVersion + 1 } };
                reply = await SendAsync(save);
            }

            ThrowIfLost(reply);
            if (save.Checkpoint is { Version: { } version } stored)
            {
                // Answered as older with our own number: it was stored before, and that answer was lost.
                Note(stored, version);
            }

            return reply;
        }
        finally
        {
            saving.Release();
        }
    }

    private async Task<SaveReply> SendAsync(AttemptSave save)
    {
        try
        {
            return await tools.Saves.StoreAsync(save);
        }
        catch (Exception)
        {
            PutBack(save);
            throw;
        }
    }

    private async Task<SaveReply> StoreAsync(AttemptSave save)
    {
        var saving = Saving();
        await saving.WaitAsync();
        try
        {
            ThrowIfOver();
            var reply = await tools.Saves.StoreAsync(save);
            ThrowIfLost(reply);
            return reply;
        }
        finally
        {
            saving.Release();
        }
    }

    /// <summary>Waits for a save, but lets it go on when the caller is told to stop: in its time of grace a handler saves its last
    /// state.</summary>
    private Task<SaveReply> AwaitAsync(Task<SaveReply> save, CancellationToken cancellationToken) =>
        cancellationToken == attempt.Token ? save : save.WaitAsync(cancellationToken);

    private SemaphoreSlim Saving()
    {
        lock (_gate)
        {
            return _saving ??= new(1, 1);
        }
    }

    private void Note(NewCheckpoint checkpoint, int version)
    {
        lock (_gate)
        {
            MadeProgress = true;
            _checkpoint = new()
            {
                Version = version,
                Attempt = Attempt,
                Data = checkpoint.Data,
                Schema = checkpoint.Schema,
                CursorKind = checkpoint.CursorKind,
                LastItemKey = checkpoint.LastItemKey,
                SavedAt = tools.Clock.GetUtcNow(),
            };
        }
    }

    private void PutBack(AttemptSave save)
    {
        lock (_gate)
        {
            _progressTold |= save.Progress is not null;
            _items = save.Items.Count == 0 ? _items : [.. save.Items, .. _items ?? []];
            _log?.PutBack(save.Log.Span);
        }
    }

    private void ThrowIfLost(SaveReply reply)
    {
        if (reply.What is Settled.LeaseLost or Settled.Gone)
        {
            tools.Stale();
            tools.LeaseLost(attempt);
            throw Over();
        }
    }

    private void ThrowIfOver()
    {
        if (attempt.IsOver)
        {
            throw Over();
        }
    }

    private OperationCanceledException Over() =>
        new($"Attempt {Attempt} of job {Id} is over or has lost its lease; nothing more of it is stored.", attempt.Token);
}
