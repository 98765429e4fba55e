using System.Runtime.ExceptionServices;
using Pawl.Errors;

namespace Pawl.Running;

/// <summary>One walk over items: passes over what is fresh, does the rest, stores as it goes.</summary>
internal sealed class Walk<T>(
    Ledger ledger,
    AttemptContext job,
    ItemOptions options,
    AttemptTools tools,
    Func<T, CancellationToken, Task<ItemOutput?>> process,
    CancellationToken cancellationToken)
{
    private readonly Lock _gate = new();
    private long _savedAt = tools.Clock.GetTimestamp();
    private int _unsaved;
    private ExceptionDispatchInfo? _halt;

    // Failed ones are done again only when the attempt before failed: one that goes on, or begins anew after a crash, has the rest to do.
    private readonly bool _againFailed = job.PreviousError is { Disposition: Disposition.Retry or Disposition.Fail };

    /// <summary>Does what has to be done of some items.</summary>
    public async Task DoAsync(List<(T Item, ItemId Id)> batch)
    {
        var todo = await ChooseAsync(batch);
        var pullers = Math.Min(options.Parallel, todo.Count);
        if (pullers > 0)
        {
            var next = new Queue<(T, ItemId)>(todo);
            var all = new Task[pullers];
            for (var i = 0; i < pullers; i++)
            {
                all[i] = PullAsync(next);
            }

            await Task.WhenAll(all);
        }

        await SaveAsync();
        _halt?.Throw();
    }

    private async Task<List<(T, ItemId)>> ChooseAsync(List<(T Item, ItemId Id)> batch)
    {
        var answers = await ledger.StatusAsync([.. batch.Select(each => each.Id)], cancellationToken);
        var todo = new List<(T, ItemId)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var met = false;
        for (var i = 0; i < batch.Count; i++)
        {
            var (freshness, row) = (answers[i].Freshness, answers[i].Row);
            var own = row?.JobId == job.Id;
            if (!seen.Add(batch[i].Id.Key))
            {
                continue;
            }

            met |= own && row!.Attempt < job.Attempt;

            if (own && row!.LastOutcome == ItemOutcome.Failed && freshness.Status != ItemStatus.NeedsRerun)
            {
                if (_againFailed && row.Attempt < job.Attempt)
                {
                    Again(true);
                    todo.Add(batch[i]);
                }
                else if (!job.Tally.Resumed && row.Attempt < job.Attempt)
                {
                    job.Tally.Failed(row.Error?.Category);
                }
            }
            else if (own && freshness.Status == ItemStatus.Processed)
            {
                // Done by an earlier attempt of this job, or earlier in this one.
                if (!job.Tally.Resumed && row!.Attempt < job.Attempt)
                {
                    job.Tally.Done();
                }
            }
            else if (Freshness.ShouldRun(freshness.Status, freshness.LastOutcome, job.Force))
            {
                Again(own && row!.LastOutcome == ItemOutcome.Failed);
                todo.Add(batch[i]);
            }
            else
            {
                var counted = job.Tally.MeetsCounted && await ledger.WasCountedAsync(batch[i].Id, cancellationToken);
                ledger.RecordSkip(batch[i].Id, counts: !counted);
                met |= counted;
            }
        }

        // An attempt chooses a batch only when the one before is done. So beyond a whole batch without a trace there is none.
        job.Tally.MeetsCounted &= met;
        return todo;
    }

    private void Again(bool failedBefore)
    {
        if (failedBefore && job.Tally.Resumed)
        {
            job.Tally.TriedAgain();
        }
    }

    private async Task PullAsync(Queue<(T Item, ItemId Id)> next)
    {
        while (_halt is null)
        {
            (T Item, ItemId Id) work;
            lock (_gate)
            {
                if (!next.TryDequeue(out work))
                {
                    return;
                }
            }

            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!job.Tally.TryBegin(job.MaxItems))
                {
                    throw job.Later(new(TimeSpan.Zero, WaitReason.Continuation, $"after {job.MaxItems} items"));
                }

                await OneAsync(work.Item, work.Id);
                await SaveWhenDueAsync();
            }
            catch (Exception fault)
            {
                // All that run come to their end first, and what they did is stored; then it is thrown.
                Interlocked.CompareExchange(ref _halt, ExceptionDispatchInfo.Capture(fault), null);
            }
        }
    }

    private async Task OneAsync(T item, ItemId id)
    {
        ItemOutput? output;
        try
        {
            output = await process(item, cancellationToken);
        }
        catch (Exception fault) when (!EndsTheWalk(fault))
        {
            ledger.RecordFailure(id, fault);
            return;
        }

        if (Ledger.Fault(output) is { } unfit)
        {
            ledger.RecordFailure(id, unfit);
            return;
        }

        ledger.Record(id, output);
    }

    /// <summary>Whether an error is no fault of the item: a stop, a wish to go on later, or a world in which the next item would fail
    /// too.</summary>
    private bool EndsTheWalk(Exception fault)
    {
        if (fault is SnoozedException
            || job.Snooze is not null
            || (fault is OperationCanceledException && job.CancellationToken.IsCancellationRequested))
        {
            return true;
        }

        var verdict = tools.Classifier.Classify(fault, job.Of.Type.ErrorRules, StopCause.None, tools.Clock.GetUtcNow());
        return verdict.Category == ErrorCategory.Auth
            || (verdict.Disposition ?? ErrorDefaults.Of(verdict.Category).Disposition) == Disposition.Snooze;
    }

    private async Task SaveWhenDueAsync()
    {
        lock (_gate)
        {
            if (++_unsaved < options.SaveEvery && tools.Clock.GetElapsedTime(_savedAt) < options.SaveAfter)
            {
                return;
            }

            (_unsaved, _savedAt) = (0, tools.Clock.GetTimestamp());
        }

        await SaveAsync();
    }

    private async Task SaveAsync()
    {
        job.TellTally();
        await job.FlushAsync(job.CancellationToken);
    }
}
