using Pawl.Storage;

namespace Pawl.Maintenance;

/// <summary>One cycle of the sweep: stuck and orphaned jobs first, then failed ones, until the limit is reached or all were looked
/// at.</summary>
/// <remarks>Jobs are read a page at a time in the order of their numbers; within a page they have their turn by priority, then by age. So a
/// page is as many candidates as priority can choose from, and reading stays cheap however many failures there are.</remarks>
internal sealed class RecoveryCycle(
    IJobStore store,
    ChoreSettings settings,
    TimeProvider clock,
    Func<Job, TimeSpan> observed,
    Func<long, bool> leads)
{
    /// <summary>Rows in a page: four batches of the default size.</summary>
    internal const int PageSize = 200;

    private const int MostPages = 50;

    public async Task RunAsync(RecoveryTally tally, RecoveryPlace place, long term, CancellationToken cancellationToken)
    {
        await using var checks = new RecoveryChecks(settings, clock);
        try
        {
            if (tally.Request.Kind is RecoveryKind.Stuck or RecoveryKind.Comprehensive)
            {
                await RunningAsync(tally, checks, term, cancellationToken);
            }

            if (tally.Request.Kind is RecoveryKind.Failed or RecoveryKind.Comprehensive)
            {
                await FailedAsync(tally, tally.Request.DryRun ? place.Copy() : place, checks, term, cancellationToken);
            }
        }
        catch (LeadershipLostException)
        {
            tally.Ended("not_leader", "Another process does the chores now; the rest is for its next cycle.");
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            tally.Ended("store_failed", $"The store failed, which ended the cycle: {error.Message}");
        }
    }

    private async Task FailedAsync(
        RecoveryTally tally, RecoveryPlace place, RecoveryChecks checks, long term, CancellationToken cancellationToken)
    {
        var start = place.After;
        var wrapped = false;
        for (var pages = 0; pages < MostPages && !tally.Full; pages++)
        {
            var query = new JobQuery
            {
                States = [JobState.Failed],
                Dismissed = false,
                After = place.After,
                Ascending = true,
                Limit = PageSize,
            };
            var page = await store.ListAsync(query, cancellationToken);
            var candidates = Candidates(page.Jobs.Where(job => !wrapped || job.Id <= start), tally, place);
            foreach (var (job, pick) in candidates)
            {
                if (tally.Full)
                {
                    return;
                }

                place.Took(job.Id);
                await TurnAsync(job, pick, tally, checks, term, cancellationToken);
            }

            place.Turn(page.Next?.Id);
            if (wrapped ? page.Next is null || page.Next?.Id >= start : page.Next is null && start == default)
            {
                return;
            }

            wrapped |= page.Next is null;
        }
    }

    private List<(Job Job, RecoveryPick Pick)> Candidates(IEnumerable<Job> jobs, RecoveryTally tally, RecoveryPlace place)
    {
        var candidates = new List<(Job Job, RecoveryPick Pick)>();
        foreach (var job in jobs)
        {
            var pick = RecoveryRules.OfFailed(job, settings.Types.GetValueOrDefault(job.Type));
            if (pick.Rule is null)
            {
                tally.Passed(job, pick.Reason);
            }
            else if (!place.HadTurn(job.Id))
            {
                candidates.Add((job, pick));
            }
        }

        candidates.Sort(ByPriorityThenAge);
        return candidates;
    }

    private async Task RunningAsync(RecoveryTally tally, RecoveryChecks checks, long term, CancellationToken cancellationToken)
    {
        var candidates = new List<(Job Job, RecoveryPick Pick)>();
        JobId? after = default(JobId);
        for (var pages = 0; pages < MostPages && after is not null; pages++)
        {
            var query = new JobQuery { States = [JobState.Running], After = after, Ascending = true, Limit = PageSize };
            var page = await store.ListAsync(query, cancellationToken);
            if (page.Jobs.Count > 0)
            {
                // Read after the jobs, so that the worker of each is among them.
                var workers = (await store.WorkersAsync(cancellationToken)).Select(worker => worker.Id).ToHashSet();
                foreach (var job in page.Jobs)
                {
                    var owned = job.WorkerId is { } worker && workers.Contains(worker);
                    var pick = RecoveryRules.OfRunning(
                        job, settings.Types.GetValueOrDefault(job.Type), owned, SilenceOf(job, tally.Request), tally.Request.AsksForStuck);
                    if (pick is { Rule: not null } candidate)
                    {
                        candidates.Add((job, candidate));
                    }
                    else if (pick is { } alert)
                    {
                        tally.Passed(job, alert.Reason);
                    }
                }
            }

            after = page.Next?.Id;
        }

        candidates.Sort(ByPriorityThenAge);
        foreach (var (job, pick) in candidates)
        {
            if (tally.Full)
            {
                return;
            }

            await TurnAsync(job, pick, tally, checks, term, cancellationToken);
        }
    }

    private TimeSpan SilenceOf(Job job, RecoveryRequest request)
    {
        var seen = observed(job);
        var age = request.Trigger == RecoveryTrigger.Manual ? RecoveryRules.Age(job, clock.GetUtcNow()) : seen;
        return age > seen ? age : seen;
    }

    private async Task TurnAsync(
        Job job, RecoveryPick pick, RecoveryTally tally, RecoveryChecks checks, long term, CancellationToken cancellationToken)
    {
        var rule = pick.Rule!.Value;
        var word = Words.Of(rule);
        var verdict = await checks.AskAsync(job, pick, tally.Request.DryRun, cancellationToken);
        if (!verdict.Allowed)
        {
            tally.Skipped(job, rule, verdict.Reason, verdict.ErrorCode);
            return;
        }

        if (verdict.Key is { } key)
        {
            word = $"{word}:{key}";
            var attempts = await store.AttemptsAsync(job.Id, cancellationToken);
            if (attempts.Any(attempt => attempt.Recovery?.Rule == word))
            {
                tally.Skipped(job, rule, $"it was recovered for {key} before and failed again");
                return;
            }
        }

        if (tally.Request.DryRun)
        {
            tally.Recovered(job, rule, verdict.Reason);
            return;
        }

        if (!leads(term))
        {
            throw new LeadershipLostException();
        }

        var mark = new RecoveryMark(tally.Id, word, tally.Request.By);
        try
        {
            await (rule is RecoveryRule.Stuck or RecoveryRule.Orphan
                ? EndAsync(job, rule, verdict.Reason, mark, tally, term, cancellationToken)
                : ReopenAsync(job, rule, verdict.Reason, mark, tally, term, cancellationToken));
        }
        catch (LeadershipLostException)
        {
            throw;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            tally.Failed(job, rule, "store_failed", $"the store failed: {error.Message}");
            throw;
        }
    }

    private async Task ReopenAsync(
        Job job, RecoveryRule rule, string reason, RecoveryMark mark, RecoveryTally tally, long term, CancellationToken cancellationToken)
    {
        var request = new RetryRequest
        {
            Ids = [job.Id],
            Now = clock.GetUtcNow(),
            By = mark.By,
            Force = rule != RecoveryRule.Retryable,   // a permanent error whose cause was put right
            Recovery = mark,
            RecoveryCap = RecoveryRules.Cap,

            // The rules and the checks spoke of the job as the page showed it. A person may have dismissed it since, or it failed anew.
            RowVersion = job.RowVersion,
            Term = term,
        };
        var changed = await store.RetryAsync(request, cancellationToken);
        if (changed is [{ Refusal: "not_leader" }])
        {
            throw new LeadershipLostException();
        }

        if (changed is [{ Refusal: { } refusal }])
        {
            // Somebody was quicker, or an equal job has taken its place.
            tally.Skipped(job, rule, $"the store refused it: {refusal}");
            return;
        }

        tally.Recovered(job, rule, reason);
    }

    private async Task EndAsync(
        Job job, RecoveryRule rule, string reason, RecoveryMark mark, RecoveryTally tally, long term, CancellationToken cancellationToken)
    {
        var request = new LoseRequest
        {
            Term = term,
            WorkerId = job.WorkerId ?? 0,
            SeenBeat = -1,   // not looked at; and no worker ever shows it
            Now = clock.GetUtcNow(),
            LossCap = settings.LossCap,
            Attempts = [(job.Id, job.Attempt)],
            Recovery = mark,
        };
        var reply = await store.LoseAsync(request, cancellationToken);
        if (!reply.Accepted)
        {
            tally.Failed(job, rule, "not_accepted", "the store did not end its attempt");
            return;
        }

        switch (reply.Lost)
        {
            case []:
                tally.Skipped(job, rule, "its attempt has ended meanwhile");
                break;
            case [{ State: JobState.Failed }, ..]:
                tally.Failed(job, rule, "crash_loop", $"{reason}; it was lost {settings.LossCap} times and is failed as crash_loop");
                break;
            case [{ State: JobState.Cancelled }, ..]:
                tally.Skipped(job, rule, $"{reason}; a stop was asked for, so it is cancelled");
                break;
            default:
                tally.Recovered(job, rule, reason);
                break;
        }
    }

    private static int ByPriorityThenAge((Job Job, RecoveryPick Pick) left, (Job Job, RecoveryPick Pick) right)
    {
        var order = right.Job.Priority.CompareTo(left.Job.Priority);
        order = order != 0 ? order : Since(left.Job).CompareTo(Since(right.Job));
        return order != 0 ? order : left.Job.Id.CompareTo(right.Job.Id);
    }

    private static DateTimeOffset Since(Job job) => job.EndedAt ?? job.StartedAt ?? job.CreatedAt;

    private sealed class LeadershipLostException : Exception;
}
