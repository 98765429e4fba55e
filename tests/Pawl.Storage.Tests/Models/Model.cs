namespace Pawl.Storage.Tests.Models;

/// <summary>What the verbs mean, in memory and without a thought of speed. It shares the table of moves with the stores, and nothing
/// else.</summary>
public sealed class Model
{
    private const int MostDepth = 8;

    public SortedDictionary<JobId, ModelJob> Jobs { get; } = [];

    public HashSet<string> PausedQueues { get; } = [];

    public HashSet<string> PausedTypes { get; } = [];

    public Dictionary<string, int> QueueLimits { get; } = [];

    public Dictionary<string, int> KeyLimits { get; } = [];

    public DateTimeOffset Now { get; set; }

    public ModelJob? Find(JobId? id) => id is { } known ? Jobs.GetValueOrDefault(known) : null;

    public IEnumerable<ModelJob> RunningOf(long worker) => Jobs.Values.Where(job => job.State == JobState.Running && job.Worker == worker);

    public ModelJob? HolderOf(string type, string? key) => key is null ? null : Jobs.Values.FirstOrDefault(job =>
        job.Type == type && job.UniqueKey == key
        && (!job.IsTerminal || (job.State == JobState.Succeeded && job.Hold == UniqueHold.ActiveOrSucceeded)));

    /// <summary>Why a new job would be refused, if it would.</summary>
    public (string Code, JobId? Other)? Refuse(NewJob job)
    {
        if (job.DependsOn is [var edge, ..] && Find(edge.On) is null)
        {
            return ("dependency_missing", edge.On);
        }

        return Find(job.ParentId) is { Depth: >= MostDepth } parent ? ("depth_exceeded", parent.Id) : null;
    }

    public ModelJob Add(JobId id, NewJob job)
    {
        var edge = job.DependsOn is [var first, ..] ? first : null;
        var added = new ModelJob
        {
            Id = id,
            Type = job.Type,
            Queue = job.Queue,
            Base = job.Priority,
            Priority = job.Priority,
            RunAt = job.RunAt is { } at && at > Now ? at : Now,
            StartBy = job.StartBy,
            UniqueKey = job.UniqueKey,
            Hold = job.UniqueHold,
            Body = job.BodyHash.IsEmpty ? (byte)0 : job.BodyHash.Span[0],
            ConcurrencyKey = job.ConcurrencyKey,
            Edge = edge,
            EdgeOpen = edge is not null,
            ApprovalOpen = job.RequiresApproval,
            Parent = job.ParentId,
            Depth = Find(job.ParentId) is { } parent ? parent.Depth + 1 : 0,
            State = JobState.Blocked,
        };
        Jobs.Add(id, added);
        if (edge is not null && Find(edge.On) is { IsTerminal: true } ended)
        {
            Meet(added, ended);
        }

        if (added.State == JobState.Blocked)
        {
            LetGo(added);
        }

        return added;
    }

    public void End(ModelJob job, JobEvent happened, EndReason? reason = null)
    {
        job.State = Transitions.Next(job.State, happened) ?? throw new Disagreement($"The model would move {job} by {happened}.");
        (job.WaitReason, job.Worker, job.Unbegun, job.Deferred) = (null, null, false, false);
        job.EndReason = job.State == JobState.Cancelled ? reason : null;
        var dependents = Jobs.Values.Where(other => other is { State: JobState.Blocked, EdgeOpen: true } && other.Edge!.On == job.Id);
        foreach (var dependent in dependents.ToList())
        {
            Meet(dependent, job);
            if (dependent.State == JobState.Blocked)
            {
                LetGo(dependent);
            }
        }
    }

    public void Approve(ModelJob job)
    {
        job.ApprovalOpen = false;
        LetGo(job);
    }

    public void Cancel(ModelJob job, EndReason reason, bool children)
    {
        if (job.State is JobState.Succeeded or JobState.Failed)
        {
            return;
        }

        Cancel(job, reason);
        foreach (var descendant in children ? Below(job.Id) : [])
        {
            Cancel(descendant, EndReason.Parent);
        }
    }

    private void Cancel(ModelJob job, EndReason reason)
    {
        if (job.State == JobState.Running)
        {
            job.CancelReason = job.CancelRequested ? job.CancelReason : reason;
            job.CancelRequested = true;
        }
        else if (job.IsWaiting)
        {
            End(job, JobEvent.Cancelled, reason);
        }
    }

    /// <summary>All descendants, those of ended ones too.</summary>
    private List<ModelJob> Below(JobId id) =>
        [.. Jobs.Values.Where(job => job.Parent == id).SelectMany(child => Below(child.Id).Prepend(child)).OrderBy(job => job.Id)];

    /// <summary>Ends the running attempt as it reported.</summary>
    public void Settle(ModelJob job, Settlement end)
    {
        job.Failures += end.Outcome is Outcome.Failed or Outcome.TimedOut ? 1 : 0;
        var again = end.Event is JobEvent.RetryLater or JobEvent.Snoozed or JobEvent.Released;
        var happened = again && job.CancelRequested ? JobEvent.Stopped : end.Event;
        if (Transitions.IsTerminal(Transitions.Next(job.State, happened)!.Value))
        {
            End(job, happened, job.CancelReason);
            return;
        }

        (job.State, job.Worker, job.Unbegun) = (Transitions.Next(job.State, happened)!.Value, null, false);
        job.WaitReason = job.State == JobState.Scheduled ? end.WaitReason : null;
        job.RunAt = job.State == JobState.Scheduled ? end.RunAt!.Value : job.RunAt;
        if (happened == JobEvent.RetryLater && !job.Explicit)
        {
            job.Priority = Math.Clamp(job.Base + Math.Min(5 * job.Failures, 15), -1000, 1000);
        }
    }

    public void Lose(ModelJob job, int cap)
    {
        var unbegun = job.Unbegun;
        job.Suspect |= unbegun;
        job.Losses += unbegun ? 0 : 1;
        if (job.CancelRequested)
        {
            End(job, JobEvent.Stopped, job.CancelReason);
        }
        else if (!unbegun && job.Losses >= cap)
        {
            End(job, JobEvent.CrashLooped);
        }
        else
        {
            (job.State, job.Worker, job.Unbegun) = (JobState.Queued, null, false);
        }
    }

    public void Reopen(ModelJob job, bool recovered)
    {
        job.State = Transitions.Next(job.State, recovered ? JobEvent.Recovered : JobEvent.Retried)!.Value;
        job.Generation++;
        job.Recoveries += recovered ? 1 : 0;
        (job.Failures, job.Losses, job.Suspect) = (0, 0, false);
        (job.EndReason, job.CancelRequested, job.Dismissed) = (null, false, false);
        (job.EdgeOpen, job.ApprovalOpen) = (false, false);
        job.StartBy = null;
        job.RunAt = Now;
        job.Priority = job.Explicit ? job.Priority : job.Base;
    }

    /// <summary>The retry budget put it aside.</summary>
    public void Defer(ModelJob job)
    {
        if (!job.IsRetry || !Jobs.Values.Any(other => other.State == JobState.Queued && !other.IsRetry && other.Queue == job.Queue))
        {
            throw new Disagreement($"{job} was set aside, and no first attempt waits in its queue.");
        }

        job.State = Transitions.Next(job.State, JobEvent.Deferred)!.Value;
        (job.WaitReason, job.Deferred) = (WaitReason.Retry, true);
    }

    /// <summary>Whether a job may start at all, whoever asks.</summary>
    public bool MayStart(ModelJob job) =>
        (job.State == JobState.Queued || job.Deferred)
        && !PausedQueues.Contains(job.Queue)
        && !PausedTypes.Contains(job.Type)
        && (job.StartBy is not { } limit || job.Attempt > 0 || limit > Now);

    public int RunningWithKey(string key) => Jobs.Values.Count(job => job.State == JobState.Running && job.ConcurrencyKey == key);

    public int RunningIn(string queue) => Jobs.Values.Count(job => job.State == JobState.Running && job.Queue == queue);

    public int KeyLimit(string key) => KeyLimits.GetValueOrDefault(key, 1);

    public int QueueLimit(string queue) => QueueLimits.GetValueOrDefault(queue, int.MaxValue);

    private void Meet(ModelJob job, ModelJob ended)
    {
        var edge = job.Edge!;
        if (ended.State == JobState.Succeeded || edge.When == DependencyWhen.Terminal || edge.OnFailed == DependencyOnFailed.Run)
        {
            job.EdgeOpen = false;
            return;
        }

        job.EdgeOpen = false;
        var happened = edge.OnFailed == DependencyOnFailed.Fail ? JobEvent.DependencyFailed : JobEvent.DependencyCancelled;
        End(job, happened, EndReason.DependencyFailed);
    }

    private void LetGo(ModelJob job)
    {
        if (job.EdgeOpen || job.ApprovalOpen)
        {
            return;
        }

        var later = job.RunAt > Now;
        job.State = Transitions.Next(JobState.Blocked, later ? JobEvent.UnblockedLater : JobEvent.Unblocked)!.Value;
        job.WaitReason = later ? WaitReason.Delay : null;
    }
}
