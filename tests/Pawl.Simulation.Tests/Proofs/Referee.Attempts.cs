using System.Text;
using Pawl.Simulation.Tests.Worlds;
using Pawl.Storage;

namespace Pawl.Simulation.Tests.Proofs;

/// <summary>What it knows of attempts: who may write, what they were given, when they ran.</summary>
internal sealed partial class Referee
{
    private readonly SortedDictionary<(long Job, int Attempt), Life> _effects = [];

    /// <summary>Which of these leases hold now.</summary>
    public bool[] AreLive(IEnumerable<Lease> leases) => [.. leases.Select(IsLive)];

    public void Claimed(ClaimRequest request, IReadOnlyList<Claimed> jobs)
    {
        foreach (var claimed in jobs)
        {
            var lease = claimed.Lease;
            if (Find(lease.Job) is not { State: JobState.Running } job || job.Attempt != lease.Attempt)
            {
                report.Breaks("G6", $"attempt {lease.Attempt} of job {lease.Job} was leased, and no event tells of it");
                continue;
            }

            (job.Token, job.Tokens[lease.Attempt]) = (lease.Token, lease.Token);
            (job.Worker, job.MaxAttempts) = (request.WorkerId, claimed.MaxAttempts);
            CheckGiven(claimed, job);
            if (_gone.Contains(request.WorkerId))
            {
                report.Breaks("G10", $"job {lease.Job} was leased to worker {request.WorkerId}, which is gone");
            }
        }
    }

    public void Saved(IReadOnlyList<AttemptSave> saves, IReadOnlyList<SaveReply> replies, bool[] live)
    {
        for (var n = 0; n < saves.Count; n++)
        {
            CheckFence("save", saves[n].Lease, replies[n].What, live[n]);
            Took(saves[n], replies[n]);
        }
    }

    public void Settled(IReadOnlyList<Settlement> ends, IReadOnlyList<SettleReply> replies, bool[] live, DateTimeOffset now)
    {
        for (var n = 0; n < ends.Count; n++)
        {
            var (end, reply) = (ends[n], replies[n]);
            var first = ends.Take(n).All(other => other.Lease != end.Lease);
            CheckFence(Words.Of(end.Outcome), end.Lease, reply.What, live[n] && first, same: !first);
            if (end.Last is { } last && reply.Last is { } stored)
            {
                Took(last, stored);
            }

            if (reply.What == Storage.Settled.LeaseLost && end.Outcome == Outcome.Succeeded)
            {
                report.Saw(Rare.StaleCompleteRefused);
            }

            if (reply.What == Storage.Settled.Done && Find(end.Lease.Job) is { } job)
            {
                CheckRetry(end, job, now);
                if (end.WaitReason == WaitReason.RateLimit)
                {
                    report.Saw(Rare.SnoozedByRateLimit);
                }
            }
        }
    }

    /// <summary>A handler begins.</summary>
    public void Enters(Life life, JobId id, int attempt)
    {
        foreach (var ((job, running), where) in _effects)
        {
            // The older one may begin last: its process stood still with the lease in its hand.
            if (job == id.Value && !where.IsOver && !MayOverlap(Find(id)?.EndOf(Math.Min(running, attempt))))
            {
                report.Breaks("G6", $"attempt {attempt} of job {id} runs on {life} while attempt {running} runs on {where}");
            }
        }

        if (!(Find(id)?.Attempt >= attempt))
        {
            report.Breaks("G3", $"attempt {attempt} of job {id} runs, and no event tells of its start");
        }

        _effects[(id.Value, attempt)] = life;
    }

    /// <summary>A handler ended.</summary>
    public void Leaves(JobId id, int attempt)
    {
        _effects.Remove((id.Value, attempt));
        if (Find(id) is { } job)
        {
            job.Left = (attempt, NodeClock.True(scheduler.Now));
        }
    }

    // One that was cancelled and did not stop in its time of grace is left behind; a person may open a new generation while it still runs.
    private static bool MayOverlap(EventRecord? end) =>
        end is { Kind: EventKind.Lost or EventKind.TimedOut or EventKind.Cancelled or EventKind.Released }
            or { Kind: EventKind.Failed, Reason: "crash_loop" };

    private bool IsLive(Lease lease) => Find(lease.Job) is { State: JobState.Running } job
        && job.Attempt == lease.Attempt && job.Token == lease.Token;

    private void CheckFence(string what, Lease lease, Settled said, bool live, bool same = false)
    {
        switch (said)
        {
            case Storage.Settled.Done or Storage.Settled.LastRefused when !live && !same:
                report.Breaks("G7", $"{what} of attempt {lease.Attempt} of job {lease.Job} was accepted although its lease is gone");
                break;
            case Storage.Settled.LeaseLost or Storage.Settled.Gone when live:
                report.Breaks("G7", $"{what} of attempt {lease.Attempt} of job {lease.Job} was refused although its lease holds");
                break;
            case Storage.Settled.Repeated:
                var known = Find(lease.Job) is { } job && job.EndOf(lease.Attempt) is not null
                    && job.Tokens.GetValueOrDefault(lease.Attempt) == lease.Token;
                report.Saw(Rare.AmbiguousEndResolved);
                if (!known)
                {
                    report.Breaks("G7", $"{what} of attempt {lease.Attempt} of job {lease.Job} was taken for a repeated one");
                }

                break;
        }
    }

    /// <summary>What was stored while an attempt ran.</summary>
    private void Took(AttemptSave save, SaveReply reply)
    {
        if (reply is not { What: Storage.Settled.Done, CheckpointOlder: false, ChildRefusal: null } || Find(save.Lease.Job) is not { } job)
        {
            return;
        }

        Enqueued(save.Children, reply.Children ?? [], $"{save.Lease.Job}");
        if (save.Checkpoint is { } checkpoint)
        {
            if (reply.CheckpointVersion != job.CheckpointVersion + 1)
            {
                report.Breaks("G13", $"checkpoint {reply.CheckpointVersion} of job {job.Id} follows {job.CheckpointVersion}");
            }

            (job.CheckpointVersion, job.Checkpoint) = (reply.CheckpointVersion, Encoding.UTF8.GetString(checkpoint.Data.Span));
        }
    }

    private void CheckGiven(Claimed claimed, JobModel job)
    {
        var checkpoint = claimed.Checkpoint is { } given ? Encoding.UTF8.GetString(given.Data.Span) : null;
        if ((claimed.Checkpoint?.Version ?? 0, checkpoint) != (job.CheckpointVersion, job.Checkpoint))
        {
            report.Breaks(
                "G13",
                $"attempt {job.Attempt} of job {job.Id} was given checkpoint {claimed.Checkpoint?.Version ?? 0} ({checkpoint}) "
                + $"instead of {job.CheckpointVersion} ({job.Checkpoint})");
        }
        else if (checkpoint is not null)
        {
            report.Saw(Rare.CheckpointResumed);
        }

        if ((claimed.Failures, claimed.Losses, claimed.Generation) != (job.Failures, job.Losses, job.Generation))
        {
            report.Breaks(
                "G11",
                $"job {job.Id} has {claimed.Failures} failures and {claimed.Losses} losses in generation {claimed.Generation} "
                + $"instead of {job.Failures}, {job.Losses}, {job.Generation}");
        }

        if (!plan.ClocksLie && job.RetryAt is { } at && NodeClock.True(scheduler.Now) < at.AddMilliseconds(-1))
        {
            report.Breaks("G12", $"job {job.Id} runs again at {NodeClock.True(scheduler.Now):O}, before it is due at {at:O}");
        }

        job.RetryAt = null;
    }

    private void CheckRetry(Settlement end, JobModel job, DateTimeOffset now)
    {
        if (end is not { Event: JobEvent.RetryLater, RunAt: { } at } || job.State != JobState.Scheduled)
        {
            return;
        }

        job.RetryAt = at;
        var grown = plan.Retry.BaseDelay * Math.Pow(plan.Retry.Multiplier, job.Failures - 1);
        var least = grown < plan.Retry.MaxDelay ? grown : plan.Retry.MaxDelay;
        var most = least * (1 + plan.Retry.Jitter);
        if (at - now > most && !plan.ClocksLie)
        {
            report.Breaks("G12", $"retry {job.Failures} of job {job.Id} waits {at - now}, at most {most} is due");
        }

        // One that ran past its limit may have been left behind, and its handler ended later. Stores keep microseconds.
        var (attempt, left) = job.Left;
        var waits = at - left + TimeSpan.FromMilliseconds(1);
        if (attempt == end.Lease.Attempt && end.Outcome != Outcome.TimedOut && waits < least && !plan.ClocksLie)
        {
            report.Breaks("G12", $"retry {job.Failures} of job {job.Id} waits {waits}, at least {least} is due");
        }
    }
}
