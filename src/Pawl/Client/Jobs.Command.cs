using Pawl.Storage;

namespace Pawl.Client;

/// <summary>What commands.</summary>
internal sealed partial class Jobs
{
    public async Task<CommandResult> CancelAsync(JobId id, CancelOptions? options = null, CancellationToken cancellationToken = default) =>
        (await CancelAsync([id], options, cancellationToken))[0];

    public async Task<IReadOnlyList<CommandResult>> CancelAsync(
        IReadOnlyList<JobId> ids, CancelOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var request = new CancelRequest
        {
            Ids = Some(ids),
            Now = clock.GetUtcNow(),
            By = Who(options.By),
            Reason = Names.Short(options.Reason, Bounds.MaxMessage, "A reason"),
            Grace = options.Grace is { } grace ? Bounds.Grace(grace) : null,
            Children = options.Children,
        };
        return Refusals.Results(await store.CancelAsync(request, cancellationToken));
    }

    public async Task<CommandResult> RetryAsync(JobId id, RetryOptions? options = null, CancellationToken cancellationToken = default) =>
        (await RetryAsync([id], options, cancellationToken))[0];

    public async Task<IReadOnlyList<CommandResult>> RetryAsync(
        IReadOnlyList<JobId> ids, RetryOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var request = new RetryRequest
        {
            Ids = Some(ids), Now = clock.GetUtcNow(), By = Who(options.By), FromStart = options.FromStart, Force = options.Force,
        };
        return Refusals.Results(await store.RetryAsync(request, cancellationToken));
    }

    public async Task<CommandResult> EditAsync(JobId id, JobEdit edit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(edit);
        var now = clock.GetUtcNow();
        var request = new EditRequest
        {
            Ids = [id],
            Now = now,
            By = Who(edit.By),
            RowVersion = edit.RowVersion,
            Priority = edit.Priority is { } priority ? Bounds.Priority(priority) : null,
            RunAt = edit.RunAt is { } runAt ? Bounds.RunAt(runAt, now) : null,
            Queue = edit.Queue is { } queue ? Names.Queue(queue) : null,
            StartBy = edit.StartBy is { } startBy ? Bounds.Instant(startBy) : null,
            ClearStartBy = edit is { ClearStartBy: true, StartBy: null },
            MaxAttempts = edit.MaxAttempts is { } attempts ? Bounds.MaxAttempts(attempts) : null,
            Tags = Names.Tags(edit.Tags),
        };
        return One(await store.EditAsync(request, cancellationToken));
    }

    public Task<CommandResult> ReprioritiseAsync(
        JobId id, int priority, string? by = null, CancellationToken cancellationToken = default) =>
        EditAsync(id, new() { Priority = priority, By = by }, cancellationToken);

    public Task<CommandResult> RescheduleAsync(
        JobId id, DateTimeOffset runAt, string? by = null, CancellationToken cancellationToken = default) =>
        EditAsync(id, new() { RunAt = runAt, By = by }, cancellationToken);

    public async Task<CommandResult> DismissAsync(
        JobId id, string? by = null, string? note = null, CancellationToken cancellationToken = default) =>
        One(await store.DismissAsync(
            new([id], true, clock.GetUtcNow(), Who(by), Names.Short(note, Bounds.MaxMessage, "A note")), cancellationToken));

    public async Task<CommandResult> UndismissAsync(JobId id, string? by = null, CancellationToken cancellationToken = default) =>
        One(await store.DismissAsync(new([id], false, clock.GetUtcNow(), Who(by)), cancellationToken));

    public async Task<CommandResult> ApproveAsync(JobId id, string? by = null, CancellationToken cancellationToken = default) =>
        One(await store.ApproveAsync(new([id], clock.GetUtcNow(), Who(by)), cancellationToken));

    public async Task<CommandResult> DeleteAsync(JobId id, string? by = null, CancellationToken cancellationToken = default) =>
        One(await store.PurgeAsync(new([id], clock.GetUtcNow(), Who(by)), cancellationToken));

    public async Task PauseQueueAsync(
        string queue, string? by = null, string? reason = null, CancellationToken cancellationToken = default) =>
        await store.PauseAsync(new(Names.Queue(queue), null, true, clock.GetUtcNow(), Who(by), Why(reason)), cancellationToken);

    public async Task ResumeQueueAsync(string queue, string? by = null, CancellationToken cancellationToken = default) =>
        await store.PauseAsync(new(Names.Queue(queue), null, false, clock.GetUtcNow(), Who(by)), cancellationToken);

    public async Task PauseTypeAsync(
        string type, string? by = null, string? reason = null, CancellationToken cancellationToken = default) =>
        await store.PauseAsync(new(null, Names.Type(type), true, clock.GetUtcNow(), Who(by), Why(reason)), cancellationToken);

    public async Task ResumeTypeAsync(string type, string? by = null, CancellationToken cancellationToken = default) =>
        await store.PauseAsync(new(null, Names.Type(type), false, clock.GetUtcNow(), Who(by)), cancellationToken);

    public async Task SetQueueLimitAsync(
        string queue, int? maxRunning, string? by = null, CancellationToken cancellationToken = default) =>
        await store.LimitAsync(new(Names.Queue(queue), null, Limit(maxRunning), clock.GetUtcNow(), Who(by)), cancellationToken);

    public async Task SetKeyLimitAsync(
        string concurrencyKey, int? maxRunning, string? by = null, CancellationToken cancellationToken = default)
    {
        var key = Names.Key(concurrencyKey, "A concurrency key");
        await store.LimitAsync(new(null, key, Limit(maxRunning), clock.GetUtcNow(), Who(by)), cancellationToken);
    }

    public async Task BackupAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        await store.BackupAsync(path, cancellationToken);
    }

    private static CommandResult One(IReadOnlyList<Changed> changed) => Refusals.Result(changed[0]);

    private static IReadOnlyList<JobId> Some(IReadOnlyList<JobId> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        Bounds.Between(ids.Count, 1, Bounds.MaxCommand, "The number of jobs of one command");
        return ids;
    }

    private static string? Who(string? by) => Names.Short(by, Names.MaxName, "A name of who asks");

    private static string? Why(string? reason) => Names.Short(reason, Bounds.MaxMessage, "A reason");

    private static int? Limit(int? maxRunning) =>
        maxRunning is { } known ? Bounds.Between(known, 1, 100_000, "How many jobs run at once") : null;
}
