using System.Data.Common;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Client;

/// <summary>The way in. Here is what creates; what reads and what commands are in files of their own.</summary>
internal sealed partial class Jobs(IJobStore store, NewJobs maker, JobTypes types, TimeProvider clock, Meters meters) : IJobs
{
    public async Task<EnqueueResult> EnqueueAsync<TPayload>(
        TPayload payload, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TPayload : notnull
    {
        ArgumentNullException.ThrowIfNull(payload);
        var now = clock.GetUtcNow();
        return await StoreAsync(maker.Of(payload, options, now), now, cancellationToken);
    }

    public async Task<EnqueueResult> EnqueueAsync(
        string type, ReadOnlyMemory<byte> payload, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        return await StoreAsync(maker.Of(type, payload, options, now), now, cancellationToken);
    }

    public async Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync<TPayload>(
        IEnumerable<TPayload> payloads, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TPayload : notnull
    {
        var now = clock.GetUtcNow();
        return await StoreAsync(All(payloads, options, now), now, cancellationToken);
    }

    public async Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync(
        IReadOnlyList<JobDraft> drafts, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        return await StoreAsync(All(drafts, now), now, cancellationToken);
    }

    public async Task<EnqueueResult> RunAgainAsync(JobId id, RunAgainOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var old = await GetAsync(id, cancellationToken);
        var now = clock.GetUtcNow();
        var payload = options.Payload is not { } edited ? old.Payload
            : types.Find(old.Type)?.Hidden is { } secrets ? secrets.Restore(edited, old.Payload)
            : edited;
        var job = maker.Of(old.Type, payload, Copied(old, options), now);
        return await StoreAsync(job with { RerunOf = id }, now, cancellationToken);
    }

    private static EnqueueOptions Copied(Job old, RunAgainOptions options) => new()
    {
        Trigger = Trigger.Manual,
        Queue = options.Queue ?? old.Queue,
        Priority = options.Priority ?? (old.PriorityReasons is [{ Why: "explicit" }] ? old.Priority : null),
        Timeout = old.Timeout,
        Grace = old.Grace,
        MaxAttempts = old.MaxAttempts,
        MaxItems = old.MaxItems,
        ConcurrencyKey = old.ConcurrencyKey,
        OnBusy = old.OnBusy,
        RateKey = old.RateKey,
        RequiresApproval = old.RequiresApproval,   // a copy of what needs a yes needs one of its own
        Kind = old.Kind,
        Tags = old.Tags.Count == 0 ? null : old.Tags,
        Versions = old.Versions.Count == 0 ? null : old.Versions,
        Force = options.Force,
        IdempotencyKey = options.IdempotencyKey,
        RequestedBy = options.RequestedBy,
    };

    private List<NewJob> All<TPayload>(IEnumerable<TPayload> payloads, EnqueueOptions? options, DateTimeOffset now)
        where TPayload : notnull
    {
        ArgumentNullException.ThrowIfNull(payloads);
        var jobs = new List<NewJob>();
        foreach (var payload in payloads)
        {
            // Not counted on to the end: an endless source is refused too.
            Bounds.Batch(jobs.Count + 1);
            jobs.Add(maker.Of(payload, options, now));
        }

        return jobs;
    }

    private NewJob[] All(IReadOnlyList<JobDraft> drafts, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(drafts);
        Bounds.Batch(drafts.Count);
        var jobs = new NewJob[drafts.Count];
        for (var i = 0; i < jobs.Length; i++)
        {
            try
            {
                jobs[i] = maker.Of(drafts[i].Type, drafts[i].Payload, drafts[i].Options, now);
            }
            catch (PawlException fault)
            {
                throw new PawlException(fault.Code, $"Job {i} of the batch: {fault.Message} Nothing was stored.", fault, job: fault.Job)
                {
                    Data = { [Refusals.Index] = i, [Misfit.Pointer] = fault.Data[Misfit.Pointer] },
                };
            }
        }

        return jobs;
    }

    private async ValueTask<EnqueueResult> StoreAsync(
        NewJob job, DateTimeOffset now, CancellationToken cancellationToken, DbTransaction? transaction = null)
    {
        var reply = await SendAsync([job], now, transaction, cancellationToken);
        if (reply.Refusal is { } refusal)
        {
            throw Refusals.Thrown(refusal, 1);
        }

        var (id, deduplicated, state) = reply.Jobs[0];
        meters.Enqueued(job.Type, job.Queue, job.Trigger, deduplicated ? 0 : 1);
        return new(id, deduplicated, state);
    }

    private async ValueTask<IReadOnlyList<EnqueueResult>> StoreAsync(
        IReadOnlyList<NewJob> jobs, DateTimeOffset now, CancellationToken cancellationToken, DbTransaction? transaction = null)
    {
        Bounds.Batch(jobs.Count);
        var reply = await SendAsync(jobs, now, transaction, cancellationToken);
        if (reply.Refusal is { } refusal)
        {
            throw Refusals.Thrown(refusal, jobs.Count);
        }

        var results = new EnqueueResult[jobs.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var (id, deduplicated, state) = reply.Jobs[i];
            results[i] = new(id, deduplicated, state);
            meters.Enqueued(jobs[i].Type, jobs[i].Queue, jobs[i].Trigger, deduplicated ? 0 : 1);
        }

        return results;
    }

    private ValueTask<EnqueueReply> SendAsync(
        IReadOnlyList<NewJob> jobs, DateTimeOffset now, DbTransaction? transaction, CancellationToken cancellationToken) =>
        transaction is not null ? store.EnqueueInAsync(new(jobs, now), transaction, cancellationToken)
        : meters.WantsWrites ? MeasuredAsync(jobs, now, cancellationToken)
        : store.EnqueueAsync(new(jobs, now), cancellationToken);

    private async ValueTask<EnqueueReply> MeasuredAsync(
        IReadOnlyList<NewJob> jobs, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = clock.GetTimestamp();
        var reply = await store.EnqueueAsync(new(jobs, now), cancellationToken);
        meters.Wrote(clock.GetElapsedTime(since));
        return reply;
    }
}
