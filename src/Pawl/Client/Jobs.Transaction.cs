using System.Data.Common;
using Pawl.Storage;

namespace Pawl.Client;

/// <summary>What creates in a transaction of the caller's.</summary>
internal sealed partial class Jobs
{
    public async Task<EnqueueResult> EnqueueAsync<TPayload>(
        DbTransaction transaction, TPayload payload, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TPayload : notnull
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(payload);
        var now = clock.GetUtcNow();
        return await StoreAsync(maker.Of(payload, options, now), now, cancellationToken, transaction);
    }

    public async Task<EnqueueResult> EnqueueAsync(
        DbTransaction transaction,
        string type,
        ReadOnlyMemory<byte> payload,
        EnqueueOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var now = clock.GetUtcNow();
        return await StoreAsync(maker.Of(type, payload, options, now), now, cancellationToken, transaction);
    }

    public async Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync<TPayload>(
        DbTransaction transaction,
        IEnumerable<TPayload> payloads,
        EnqueueOptions? options = null,
        CancellationToken cancellationToken = default)
        where TPayload : notnull
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var now = clock.GetUtcNow();
        return await StoreAsync(All(payloads, options, now), now, cancellationToken, transaction);
    }

    public async Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync(
        DbTransaction transaction, IReadOnlyList<JobDraft> drafts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var now = clock.GetUtcNow();
        return await StoreAsync(All(drafts, now), now, cancellationToken, transaction);
    }

    /// <summary>For an outbox: the job that a payload makes, under a number drawn for it, to be stored later by
    /// <see cref="ForwardAsync"/>.</summary>
    internal Task<IReadOnlyList<NewJob>> DraftAsync<TPayload>(
        IEnumerable<TPayload> payloads, EnqueueOptions? options, CancellationToken cancellationToken)
        where TPayload : notnull => NumberAsync(All(payloads, options, clock.GetUtcNow()), cancellationToken);

    /// <inheritdoc cref="DraftAsync{TPayload}"/>
    internal Task<IReadOnlyList<NewJob>> DraftAsync(IReadOnlyList<JobDraft> drafts, CancellationToken cancellationToken) =>
        NumberAsync(All(drafts, clock.GetUtcNow()), cancellationToken);

    /// <summary>Stores drafted jobs, all or none; those that are stored already are left alone.</summary>
    internal async Task<EnqueueRefusal?> ForwardAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        var reply = await store.EnqueueAsync(new(jobs, clock.GetUtcNow()), cancellationToken);
        for (var i = 0; i < reply.Jobs.Count; i++)
        {
            meters.Enqueued(jobs[i].Type, jobs[i].Queue, jobs[i].Trigger, reply.Jobs[i].Deduplicated ? 0 : 1);
        }

        return reply.Refusal;
    }

    private async Task<IReadOnlyList<NewJob>> NumberAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        Bounds.Batch(jobs.Count);
        var ids = await store.ReserveIdsAsync(jobs.Count, cancellationToken);
        return [.. jobs.Zip(ids, (job, id) => job with { Id = id })];
    }
}
