using Pawl.Queries;
using Pawl.Storage;

namespace Pawl.Maintenance;

/// <summary>Carries out bulk operations, a slice at a time, the oldest first. A slice and how far the operation has come are one
/// transaction, so whoever leads next goes on where it stands.</summary>
internal sealed class BulkWork(IJobStore store, ChoreSettings settings, TimeProvider clock) : IChore
{
    private const int SliceSize = 200;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    public string Name => "bulk operations";

    public TimeSpan Limit => TimeSpan.FromSeconds(60);

    public Alarm Alarm { get; } = new();

    public TimeSpan Begin(long term) => TimeSpan.Zero;

    public async ValueTask<TimeSpan> StepAsync(long term, CancellationToken cancellationToken)
    {
        if (await store.BulksAsync(new(Limit: 1, Running: true), cancellationToken) is not [var operation])
        {
            return Poll;
        }

        var (jobs, missing, reached) = await SliceAsync(operation, cancellationToken);
        if (operation.Done + jobs.Count + missing.Count > operation.Max)
        {
            await store.AdvanceBulkAsync(Slice(operation, term, [], [], reached) with { End = BulkState.Failed }, cancellationToken);
            return TimeSpan.Zero;
        }

        BulkState? end = reached is null ? BulkState.Completed : null;
        try
        {
            await store.AdvanceBulkAsync(Slice(operation, term, jobs, missing, reached) with { End = end }, cancellationToken);
        }
        catch (Exception error) when (Damage.Is(error) && jobs.Count > 0)
        {
            await OneByOneAsync(operation, term, jobs, missing, reached, end, cancellationToken);
        }

        return TimeSpan.Zero;
    }

    /// <summary>The next jobs, those named that are not there, and where the slice ends; null for the end of all.</summary>
    private async ValueTask<(IReadOnlyList<Job> Jobs, IReadOnlyList<BulkError> Missing, JobId? Reached)> SliceAsync(
        BulkOperation operation, CancellationToken cancellationToken)
    {
        var from = operation.Reached ?? new JobId(operation.Newest.Value + 1);
        if (operation.Ids is { } named)
        {
            var ids = named.Where(id => operation.Reached is not { } reached || id < reached).Take(SliceSize).ToList();
            var jobs = (await store.GetAsync(ids, cancellationToken))
                .Where(job => job.Id <= operation.Newest && operation.Scope.Sees(job.Queue, job.Type)).ToList();
            var missing = ids.Except(jobs.Select(static job => job.Id)).Select(static id => new BulkError(id, "not_found")).ToList();
            return (jobs, missing, ids.Count < SliceSize ? null : ids[^1]);
        }

        var page = await store.ListAsync(
            new()
            {
                Where = Query.Parse(operation.Query),
                Scope = operation.Scope,
                Now = operation.CreatedAt,   // an age is one of that time, however long the operation takes
                Facts = settings.Facts,
                After = from,
                Limit = SliceSize,
            },
            cancellationToken);
        return (page.Jobs, [], page.Next?.Id);
    }

    private BulkSlice Slice(
        BulkOperation operation, long term, IReadOnlyList<Job> jobs, IReadOnlyList<BulkError> missing, JobId? reached)
    {
        var (ids, skipped) = (new List<JobId>(), new List<BulkError>(missing));
        foreach (var job in jobs)
        {
            if (BulkRules.Refusal(operation.Action, operation.Params, job) is { } code)
            {
                skipped.Add(new(job.Id, code));
            }
            else
            {
                ids.Add(job.Id);
            }
        }

        var (with, now, by) = (operation.Params, clock.GetUtcNow(), operation.RequestedBy);
        var slice = new BulkSlice
        {
            Id = operation.Id,
            Term = term,
            From = operation.Reached,
            Reached = reached ?? default,
            Skipped = skipped,
            Now = now,
        };
        return ids.Count == 0 ? slice : operation.Action switch
        {
            BulkAction.Cancel => slice with
            {
                Cancel = new()
                {
                    Ids = ids, Now = now, By = by, Reason = with.Reason, Grace = with.Grace, Children = with.CancelChildren ?? true,
                },
            },
            BulkAction.Retry => slice with
            {
                Retry = new() { Ids = ids, Now = now, By = by, Force = with.Force ?? false, FromStart = with.FromStart ?? false },
            },
            BulkAction.Dismiss => slice with { Dismiss = new(ids, true, now, by, with.Note) },
            BulkAction.Undismiss => slice with { Dismiss = new(ids, false, now, by) },
            BulkAction.Delete => slice with { Purge = new(ids, now, by) },
            _ => slice with
            {
                Edit = new() { Ids = ids, Now = now, By = by, Priority = with.Priority, RunAt = with.RunAt, Queue = with.Queue },
            },
        };
    }

    /// <summary>One job of the slice cannot be read or changed, and stands in nobody's way: the others are done without it.</summary>
    private async ValueTask OneByOneAsync(
        BulkOperation operation,
        long term,
        IReadOnlyList<Job> jobs,
        IReadOnlyList<BulkError> missing,
        JobId? reached,
        BulkState? end,
        CancellationToken cancellationToken)
    {
        foreach (var job in jobs)
        {
            BulkOperation? next;
            try
            {
                next = await store.AdvanceBulkAsync(Slice(operation, term, [job], [], job.Id), cancellationToken);
            }
            catch (Exception error) when (Damage.Is(error))
            {
                var failed = Slice(operation, term, [], [], job.Id) with { Failed = [new(job.Id, "corrupt")] };
                next = await store.AdvanceBulkAsync(failed, cancellationToken);
            }

            if (next is null)
            {
                return;   // somebody stopped it, or another leads
            }

            operation = next;
        }

        await store.AdvanceBulkAsync(Slice(operation, term, [], missing, reached) with { End = end }, cancellationToken);
    }
}
