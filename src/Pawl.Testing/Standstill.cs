using Pawl.Storage;

namespace Pawl.Testing;

/// <summary>Knows whether the store holds nothing that runs, could run or is due.</summary>
internal sealed class Standstill(IJobStore store, JobTypes types, TimeProvider clock)
{
    private long _seen;

    /// <summary>Looks at all jobs as at one moment, while the engine may go on.</summary>
    public async Task<bool> IsReachedAsync(CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken);
        while (true)
        {
            var before = _seen;
            if (await IsAnythingLeftAsync(cancellationToken))
            {
                return false;
            }

            // Two reads are no snapshot: a job that came due is in neither when it is offered between them. Each move has an event.
            await CatchUpAsync(cancellationToken);
            if (_seen == before)
            {
                return true;
            }
        }
    }

    private async Task<bool> IsAnythingLeftAsync(CancellationToken cancellationToken)
    {
        var deferred = 0L;
        foreach (var line in await store.LinesAsync(cancellationToken))
        {
            deferred += line.Deferred;
            var waiting = line.Counts.GetValueOrDefault(JobState.Queued) - line.Held + line.Deferred;
            var paused = line.QueuePausedAt is not null || line.TypePausedAt is not null;
            if (line.Counts.GetValueOrDefault(JobState.Running) > 0 || (waiting > 0 && !paused && types.Find(line.Type) is not null))
            {
                return true;
            }
        }

        for (JobId? after = null; ;)
        {
            var page = await store.ListAsync(new() { States = [JobState.Scheduled], After = after, Limit = 1_000 }, cancellationToken);
            // Those that the retry budget set aside are due and wait for a claim: they were counted above.
            deferred -= page.Jobs.Count(job => job.RunAt <= clock.GetUtcNow());
            if (deferred < 0)
            {
                return true;
            }

            if (page.Next is null)
            {
                return false;
            }

            after = page.Next?.Id;
        }
    }

    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        const int Most = 10_000;
        for (var more = true; more;)
        {
            var events = await store.EventsAsync(new(_seen, Most), cancellationToken);
            _seen = events.Count > 0 ? events[^1].Seq : _seen;
            more = events.Count == Most;
        }
    }
}
