using System.Globalization;
using Pawl.Storage;

namespace Pawl.Client;

/// <summary>Why a job is not running, in sentences.</summary>
internal static class Reasons
{
    public static JobWhy Of(WhyFacts facts, IReadOnlyList<WorkerRow> workers, IReadOnlySet<string> known, DateTimeOffset now)
    {
        var job = facts.Job;
        List<WhyReason> reasons = job.State switch
        {
            JobState.Queued => [.. Queued(facts, workers, known)],
            JobState.Scheduled => [Scheduled(job)],
            JobState.Blocked => [.. Blocked(job)],
            JobState.Running => [new(
                WhyCode.Running,
                string.Create(CultureInfo.InvariantCulture, $"It runs its attempt {job.Attempt} on worker {job.WorkerId}"),
                job.CancelRequestedAt is null ? null : "it was asked to stop",
                Href: string.Create(CultureInfo.InvariantCulture, $"workers/{job.WorkerId}"))],
            _ => [new(WhyCode.Ended, $"It has ended: {Words.Of(job.State)}", Words.Of(job.EndReason) ?? job.Error?.Message)],
        };
        if (job.State is JobState.Scheduled or JobState.Blocked)
        {
            reasons.AddRange(Pauses(facts));   // it would not run either when its time has come
        }

        WhyCode? because = job.State == JobState.Queued && reasons is [{ Code: not WhyCode.Behind } first, ..] ? first.Code : null;
        return new(job.Id, job.State, because, reasons);
    }

    private static IEnumerable<WhyReason> Pauses(WhyFacts facts)
    {
        if (facts.QueuePause is { } queue)
        {
            yield return new(
                WhyCode.QueuePaused, $"Queue {facts.Job.Queue} is paused", Who(queue), queue.Until, $"queues/{facts.Job.Queue}");
        }

        if (facts.TypePause is { } type)
        {
            yield return new(WhyCode.TypePaused, $"Type {facts.Job.Type} is paused", Who(type), type.Until, $"types/{facts.Job.Type}");
        }
    }

    private static IEnumerable<WhyReason> Queued(WhyFacts facts, IReadOnlyList<WorkerRow> workers, IReadOnlySet<string> known)
    {
        var job = facts.Job;
        foreach (var pause in Pauses(facts))
        {
            yield return pause;
        }

        var knowing = workers.Where(worker => worker.Facts.Types.Contains(job.Type) && worker.Facts.Serves(job.Queue)).ToList();
        var live = knowing.Where(static worker => worker is { Gone: false, Dead: false, Draining: false }).ToList();
        if (live.Count == 0)
        {
            yield return knowing.Count > 0 || known.Contains(job.Type) || workers.Any(worker => worker.Facts.Types.Contains(job.Type))
                ? new(WhyCode.NoLiveWorker, $"No live worker takes {job.Type} from queue {job.Queue}", Gone(knowing), Href: "workers")
                : new(WhyCode.UnknownType, $"No worker knows the type {job.Type}", "it runs as soon as one does", Href: "workers");
        }

        if (job.ConcurrencyKey is { } key && (job.Held is not null || facts.KeyRunning.Count >= facts.KeyMaxRunning))
        {
            yield return new(
                WhyCode.ConcurrencyKey,
                string.Create(CultureInfo.InvariantCulture, $"{facts.KeyRunning.Count} of {facts.KeyMaxRunning} jobs of key {key} run"),
                facts.KeyRunning.Count == 0 ? null : $"held by job {string.Join(", ", facts.KeyRunning.Take(5))}",
                Href: facts.KeyRunning.Count == 0 ? $"limits/{Uri.EscapeDataString(key)}" : $"jobs/{facts.KeyRunning[0]}");
        }

        if (facts.QueueMaxRunning is { } most && facts.QueueRunning >= most)
        {
            yield return new(
                WhyCode.SlotsBusy,
                string.Create(CultureInfo.InvariantCulture, $"Queue {job.Queue} runs as many jobs as it may: {most}"),
                Href: $"queues/{job.Queue}");
        }
        else if (live.Count > 0
            && live.Sum(static worker => worker.Facts.Slots) is var slots
            && live.Sum(static worker => worker.SlotsTaken) >= slots)
        {
            yield return new(
                WhyCode.SlotsBusy,
                string.Create(CultureInfo.InvariantCulture, $"All {slots} slots that could run it are in use"), Href: "workers");
        }

        if (facts.Ahead > 0)
        {
            var many = facts.Ahead >= WhyFacts.MostAhead ? "or more " : "";
            yield return new(
                WhyCode.Behind,
                string.Create(CultureInfo.InvariantCulture, $"{facts.Ahead} {many}jobs come before it in queue {job.Queue}"),
                Href: $"queues/{job.Queue}",
                JobsAhead: facts.Ahead);
        }
    }

    private static WhyReason Scheduled(Job job) => job.WaitReason switch
    {
        WaitReason.Retry => new(
            WhyCode.RetryWait,
            string.Create(CultureInfo.InvariantCulture, $"It waits for its next attempt, {job.Failures} of {job.MaxAttempts} have failed"),
            job.Error?.Message,
            job.RunAt),
        WaitReason.RateLimit => new(WhyCode.RateBucket, "Its outside account asked to wait", job.RateKey, job.RunAt),
        WaitReason.Circuit => new(WhyCode.Circuit, "The breaker it stands behind is open", job.Circuit, job.RunAt),
        var other => new(WhyCode.DueLater, "Its time has not come", Words.Of(other), job.RunAt),
    };

    private static IEnumerable<WhyReason> Blocked(Job job)
    {
        if (job.BlockReason == BlockReason.Approval)
        {
            yield return new(WhyCode.Approval, "It waits for an approval");
        }

        if (job.BlockReason == BlockReason.Dependency)
        {
            yield return new(
                WhyCode.Dependency,
                string.Create(CultureInfo.InvariantCulture, $"It waits for other jobs, {job.DependsOn.Count} in all"),
                job.DependsOn.Count == 0 ? null : string.Join(", ", job.DependsOn.Take(10).Select(static edge => $"job {edge.On}")),
                Href: job.DependsOn.Count == 0 ? null : $"jobs/{job.DependsOn[0].On}");
        }
    }

    private static string? Gone(List<WorkerRow> knowing) =>
        knowing.MaxBy(static worker => worker.SeenAt) is { } last
            ? string.Create(CultureInfo.InvariantCulture, $"the last one was {last.Facts.Name}, seen {last.SeenAt:O}")
            : null;

    private static string? Who(PauseFacts pause) => (pause.By, pause.Reason) switch
    {
        ({ } by, { } reason) => $"by {by}: {reason}",
        ({ } by, null) => $"by {by}",
        (null, { } reason) => reason,
        _ => null,
    };
}
