using Pawl.Client;
using Pawl.Storage;

namespace Pawl.Web.Routing;

/// <summary>What holds queued jobs up, read once for many of them: pauses, workers, limits of queues.</summary>
internal sealed class Standing
{
    private const string Name = "standing";
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, QueueRow> _queues;
    private readonly Dictionary<string, PauseRow> _types;
    private readonly Dictionary<string, long> _running = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<WorkerRow> _workers;
    private readonly HashSet<string> _known;
    private readonly DateTimeOffset _now;

    private Standing(
        Site site,
        IReadOnlyList<QueueRow> queues,
        IReadOnlyList<PauseRow> pauses,
        IReadOnlyList<LineFacts> lines,
        IReadOnlyList<WorkerRow> workers)
    {
        _queues = queues.ToDictionary(static queue => queue.Name, StringComparer.Ordinal);
        _types = pauses.Where(static pause => pause.Type is not null)
            .ToDictionary(static pause => pause.Type!, StringComparer.Ordinal);
        foreach (var line in lines)
        {
            _running[line.Queue] = _running.GetValueOrDefault(line.Queue) + line.Counts.GetValueOrDefault(JobState.Running);
        }

        _workers = workers;
        _known = site.Types.All.Select(static type => type.Name).ToHashSet(StringComparer.Ordinal);
        _now = site.Clock.GetUtcNow();
    }

    /// <summary>Whether there is a job among these that asks for it.</summary>
    public static bool IsAsked(IEnumerable<Job> jobs) => jobs.Any(static job => job.State == JobState.Queued);

    /// <summary>Reads it.</summary>
    public static async Task<Standing> ReadAsync(Site site, CancellationToken cancellationToken)
    {
        var queues = await site.Store.QueuesAsync(cancellationToken).ConfigureAwait(false);
        var pauses = await site.Store.PausesAsync(cancellationToken).ConfigureAwait(false);
        var lines = queues.Any(static queue => queue.Settings.MaxRunning is not null)
            ? await site.Store.LinesAsync(cancellationToken).ConfigureAwait(false)
            : [];
        return new(site, queues, pauses, lines, await site.Store.WorkersAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>What was read within the last second, by whomever: for what happens many times a second.</summary>
    public static Task<Standing> RecentAsync(Site site, CancellationToken cancellationToken) =>
        site.Part(static site => new Looks(site.Clock)).AtAsync(Name, Moment, () => ReadAsync(site, cancellationToken));

    /// <summary>Something was paused, resumed or limited here: who asks next shall see it.</summary>
    public static void Changed(Site site) => site.Part(static site => new Looks(site.Clock)).Forget(Name);

    /// <summary>Why a queued job does not run; null where nothing but its turn is in its way.</summary>
    public string? BecauseOf(Job job)
    {
        if (job.State != JobState.Queued)
        {
            return null;
        }

        var queue = _queues.GetValueOrDefault(job.Queue);
        var facts = new WhyFacts
        {
            Job = job,
            QueuePause = Of(queue?.Pause),
            TypePause = Of(_types.GetValueOrDefault(job.Type)),
            QueueMaxRunning = queue?.Settings.MaxRunning,
            QueueRunning = _running.GetValueOrDefault(job.Queue),
        };
        return Words.Of(Reasons.Of(facts, _workers, _known, _now).NotRunningBecause);
    }

    private static PauseFacts? Of(PauseRow? pause) =>
        pause is null ? null : new(pause.At, pause.By, pause.Reason, pause.Until);
}
