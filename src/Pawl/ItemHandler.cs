namespace Pawl;

/// <summary>A handler that walks over items: passes over what is fresh, stores results as it goes, goes on where it stopped.</summary>
/// <remarks>All that <see cref="ItemLedger"/> says holds here. The items are enumerated from the start on each attempt; the ledger knows
/// which are done, so that costs a look-up for every few hundred of them.</remarks>
/// <typeparam name="TPayload">The payload of the type.</typeparam>
/// <typeparam name="TItem">An item.</typeparam>
public abstract class ItemHandler<TPayload, TItem> : IJobHandler<TPayload>
{
    /// <inheritdoc/>
    public virtual async Task HandleAsync(TPayload payload, JobContext job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (await CountAsync(payload, job, cancellationToken) is { } total)
        {
            job.Progress(job.CurrentProgress.Done, total);
        }

        var walk = await job.Items(Dataset(payload), Options(payload)).ForEachAsync(
            ItemsAsync(payload, job, cancellationToken),
            Identify,
            (item, token) => ProcessAsync(payload, item, job, token),
            cancellationToken);
        await FinishAsync(payload, walk, job, cancellationToken);
    }

    /// <summary>The ledger its results go to.</summary>
    protected abstract string Dataset(TPayload payload);

    /// <summary>What there is to do, in any order that stays the same.</summary>
    protected abstract IAsyncEnumerable<TItem> ItemsAsync(TPayload payload, JobContext job, CancellationToken cancellationToken);

    /// <summary>Key and hashes of an item.</summary>
    protected abstract ItemId Identify(TItem item);

    /// <summary>Does one item.</summary>
    /// <returns>What came of it, or null for nothing to keep.</returns>
    protected abstract Task<ItemOutput?> ProcessAsync(TPayload payload, TItem item, JobContext job, CancellationToken cancellationToken);

    /// <summary>What the results depend on beyond the item, and how items are walked.</summary>
    protected virtual ItemOptions Options(TPayload payload) => new();

    /// <summary>How many items there are, if that is known at once.</summary>
    protected virtual ValueTask<long?> CountAsync(TPayload payload, JobContext job, CancellationToken cancellationToken) => default;

    /// <summary>Called after the last item, also when some have failed; not when the job goes on later.</summary>
    protected virtual Task FinishAsync(TPayload payload, ItemWalk walk, JobContext job, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
