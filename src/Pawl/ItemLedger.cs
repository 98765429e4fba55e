namespace Pawl;

/// <summary>The ledger of one dataset, inside an attempt. From <see cref="JobContext.Items"/>.</summary>
/// <remarks>
/// <para>An item runs when it is new, when something its result depends on has changed, when the job's <see cref="JobContext.Force"/> says
/// so, or when it failed in an earlier attempt of this job that failed. Results are stored as the walk goes on; after a crash the next
/// attempt passes over what was stored.</para>
/// <para>An item that throws is recorded as failed and the others go on; at the end the attempt fails when the share of failed items is
/// above the type's <see cref="JobType.MaxFailedItems"/>, and the next attempt runs only those. An error that is not the item's fault (rate
/// limit, open circuit, locked database) ends the walk, to be gone on with later.</para>
/// </remarks>
public abstract class ItemLedger
{
    /// <summary>The name of the dataset.</summary>
    public abstract string Dataset { get; }

    /// <summary>Runs each item that is not fresh.</summary>
    /// <param name="items">The items.</param>
    /// <param name="identify">Key and hashes of an item.</param>
    /// <param name="process">Does one item.</param>
    /// <param name="cancellationToken">The handler's token.</param>
    public abstract Task<ItemWalk> ForEachAsync<T>(
        IAsyncEnumerable<T> items,
        Func<T, ItemId> identify,
        Func<T, CancellationToken, Task<ItemOutput?>> process,
        CancellationToken cancellationToken);

    /// <summary>Runs each item that is not fresh.</summary>
    /// <param name="items">The items.</param>
    /// <param name="identify">Key and hashes of an item.</param>
    /// <param name="process">Does one item.</param>
    /// <param name="cancellationToken">The handler's token.</param>
    public Task<ItemWalk> ForEachAsync<T>(
        IEnumerable<T> items,
        Func<T, ItemId> identify,
        Func<T, CancellationToken, Task<ItemOutput?>> process,
        CancellationToken cancellationToken) =>
        ForEachAsync(items.ToAsyncEnumerable(), identify, process, cancellationToken);

    /// <summary>Runs each item that is not fresh.</summary>
    /// <param name="items">The items.</param>
    /// <param name="identify">Key and hashes of an item.</param>
    /// <param name="process">Does one item.</param>
    /// <param name="cancellationToken">The handler's token.</param>
    public Task<ItemWalk> ForEachAsync<T>(
        IEnumerable<T> items,
        Func<T, ItemId> identify,
        Func<T, CancellationToken, Task> process,
        CancellationToken cancellationToken) =>
        ForEachAsync(items.ToAsyncEnumerable(), identify, process, cancellationToken);

    /// <summary>Runs each item that is not fresh.</summary>
    /// <param name="items">The items.</param>
    /// <param name="identify">Key and hashes of an item.</param>
    /// <param name="process">Does one item.</param>
    /// <param name="cancellationToken">The handler's token.</param>
    public Task<ItemWalk> ForEachAsync<T>(
        IAsyncEnumerable<T> items,
        Func<T, ItemId> identify,
        Func<T, CancellationToken, Task> process,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(process);
        return ForEachAsync<T>(items, identify, SilentAsync, cancellationToken);

        async Task<ItemOutput?> SilentAsync(T item, CancellationToken token)
        {
            await process(item, token);
            return null;
        }
    }

    /// <summary>Says of up to 1,000 items whether their results still stand, for this job's versions and options.</summary>
    public abstract Task<IReadOnlyList<ItemAnswer>> StatusAsync(IReadOnlyList<ItemId> items, CancellationToken cancellationToken = default);

    /// <summary>Records a result by hand; stored with the next save, at the latest when the attempt ends.</summary>
    public abstract void Record(ItemId item, ItemOutput? output = null);

    /// <summary>Records a failure by hand; stored with the next save, at the latest when the attempt ends.</summary>
    public abstract void RecordFailure(ItemId item, Exception error);

    /// <summary>Records by hand that an item was passed over; stored with the next save, at the latest when the attempt ends.</summary>
    public abstract void RecordSkip(ItemId item);
}
