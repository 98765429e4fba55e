using Pawl.Queries;

namespace Pawl.Client;

/// <summary>What reads.</summary>
internal sealed partial class Jobs
{
    // A hint may be lost; somebody who waits looks for himself now and then.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RestBetweenLooks = TimeSpan.FromMilliseconds(20);
    private const int LooksAtOnce = 20;

    public async Task<Job> GetAsync(JobId id, CancellationToken cancellationToken = default) =>
        await FindAsync(id, cancellationToken) ?? throw NotFound(id);

    public async Task<Job?> FindAsync(JobId id, CancellationToken cancellationToken = default) =>
        await store.GetAsync([id], cancellationToken) is [var job] ? job : null;

    public async Task<JobTree> TreeAsync(JobId id, CancellationToken cancellationToken = default) =>
        await store.TreeAsync(id, cancellationToken) ?? throw NotFound(id);

    public async Task<JobList> ListAsync(JobFilter? filter = null, CancellationToken cancellationToken = default)
    {
        filter ??= new();
        var page = await store.ListAsync(
            new()
            {
                States = filter.States,
                Queue = filter.Queue,
                Type = filter.Type,
                Parent = filter.Parent,
                Trigger = filter.Trigger,
                Tags = filter.Tags,
                Dismissed = filter.Dismissed,
                Where = Query.Parse(filter.Query),
                Now = clock.GetUtcNow(),
                Facts = QueryFacts.Of(types),
                Scope = filter.Scope,
                Sort = filter.Sort,
                Ascending = filter.Ascending,
                After = filter.After,
                Limit = Bounds.Between(filter.Limit, 1, 1_000, "The length of a page"),
            },
            cancellationToken);
        return new(page.Jobs, page.Next, page.Partial, page.Total);
    }

    public async Task<Job> WaitAsync(JobId id, CancellationToken cancellationToken = default)
    {
        using var signal = new Signal(clock);
        using var stop = cancellationToken.UnsafeRegister(static signal => ((Signal)signal!).Set(), signal);
        Action<long> recorded = _ => signal.Set();
        store.Wakeups.Recorded += recorded;
        try
        {
            for (var looks = 1; ; looks++)
            {
                var job = await GetAsync(id, cancellationToken);
                if (Transitions.IsTerminal(job.State))
                {
                    return job;
                }

                await signal.WaitAsync(LookAgain);
                if (looks % LooksAtOnce == 0)
                {
                    // Others' events wake us too; in a busy store not each of them is worth a look.
                    await Task.Delay(RestBetweenLooks, clock, cancellationToken);
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            store.Wakeups.Recorded -= recorded;
        }
    }

    public async Task<IReadOnlyList<JobAttempt>> AttemptsAsync(JobId id, CancellationToken cancellationToken = default) =>
        await store.AttemptsAsync(id, cancellationToken);

    public async Task<IReadOnlyList<EventRecord>> EventsAsync(
        long after = 0, JobId? job = null, int limit = 500, CancellationToken cancellationToken = default) =>
        await store.EventsAsync(new(after, Bounds.Between(limit, 1, 10_000, "The number of events"), job), cancellationToken);

    public async Task<LogPart> LogAsync(JobId id, int? attempt = null, long offset = 0, CancellationToken cancellationToken = default)
    {
        var page = await store.LogAsync(new(id, attempt, offset), cancellationToken);
        return new(page.Attempt, page.Text, page.NextOffset, page.Ended);
    }

    public async Task<IReadOnlyList<Artifact>> ArtifactsAsync(JobId id, CancellationToken cancellationToken = default) =>
        await store.ArtifactsAsync(id, cancellationToken);

    public async Task<ReadOnlyMemory<byte>?> ReadArtifactAsync(JobId id, string name, CancellationToken cancellationToken = default) =>
        await store.ArtifactAsync(id, name, cancellationToken);

    public async Task<IReadOnlyList<ItemRun>> ItemsAsync(JobId id, CancellationToken cancellationToken = default) =>
        await store.ItemRunsAsync(new(id, Limit: 1_000), cancellationToken);

    public async Task<ItemStatuses> ItemStatusAsync(
        string dataset, IReadOnlyList<ItemQuestion> items, ItemNow? now = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        Names.Dataset(dataset);
        if (items.Count > Bounds.MaxKeys)
        {
            throw new PawlException(
                "too_many_keys", $"One question names at most {Bounds.MaxKeys} items, but {items.Count} were given. Ask several times.");
        }

        if (items.Count == 0)
        {
            return new([], ItemSummary.Of([]));
        }

        var rows = await store.ItemsAsync(dataset, [.. items.Select(item => Names.ItemKey(item.Key))], cancellationToken);
        var answers = new ItemAnswer[items.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            var asked = (now ?? new()) with { InputHash = items[i].InputHash };
            answers[i] = new(items[i].Key, Freshness.Of(rows[i], asked), rows[i]);
        }

        return new(answers, ItemSummary.Of(answers.Select(answer => answer.Freshness.Status)));
    }

    private static PawlException NotFound(JobId id) => new("not_found", $"There is no job {id}, or it was removed.");
}
