using System.Globalization;
using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Maintenance;

/// <summary>Watches running attempts for progress, and tells people once when one stands still for longer than its type allows.</summary>
/// <remarks>Standing still is observed on the monotonic clock, as silence of workers is; what a restart forgot is watched anew.</remarks>
internal sealed class StuckWatch(IJobStore store, ChoreSettings settings, TimeProvider clock, ILogger logger) : IChore
{
    private const int PageSize = 200;
    private static readonly ChoreType Unknown = new() { Name = "" };
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly Silence<(JobId Job, int Attempt), Mark> _silence = new(clock);
    private readonly TimeSpan _interval = Interval(settings.Types.Values);
    private readonly HashSet<(JobId Job, int Attempt)> _told = [];
    private volatile IReadOnlyList<StuckJob> _current = [];

    public string Name => "stuck watch";

    public TimeSpan Limit => TimeSpan.FromSeconds(60);

    public Alarm Alarm { get; } = new();

    /// <summary>What stood still at the last look.</summary>
    public IReadOnlyList<StuckJob> Current => _current;

    public TimeSpan Begin(long term)
    {
        _silence.Restart();
        _told.Clear();
        _current = [];
        return TimeSpan.Zero;
    }

    public async ValueTask<TimeSpan> StepAsync(long term, CancellationToken cancellationToken)
    {
        _silence.Begin(_interval);
        var stuck = new List<StuckJob>();
        var news = new List<StuckJob>();
        JobId? after = default(JobId);
        while (after is not null)
        {
            var query = new JobQuery { States = [JobState.Running], Ascending = true, After = after, Limit = PageSize };
            var page = await store.ListAsync(query, cancellationToken);
            foreach (var job in page.Jobs)
            {
                var silence = _silence.Observe((job.Id, job.Attempt), Mark.Of(job));
                if (silence >= Type(job.Type).StuckAfter)
                {
                    var found = new StuckJob(job.Id, job.Attempt, job.Queue, job.Type, silence);
                    stuck.Add(found);
                    news.AddRange(_told.Contains((job.Id, job.Attempt)) ? [] : [found]);
                }
            }

            after = page.Next?.Id;
        }

        _silence.End();
        _current = stuck;
        _told.IntersectWith(stuck.Select(job => (job.Job, job.Attempt)));
        foreach (var job in news)
        {
            await TellAsync(job, cancellationToken);
        }

        return _interval;
    }

    /// <summary>How often to look so that the shortest limit is kept with little delay.</summary>
    internal static TimeSpan Interval(IEnumerable<ChoreType> types)
    {
        var quarter = types.Select(type => type.StuckAfter).Append(Unknown.StuckAfter).Min() / 4;
        return quarter < Shortest ? Shortest
            : quarter > Longest ? Longest
            : quarter;
    }

    private ChoreType Type(string name) => settings.Types.GetValueOrDefault(name, Unknown);

    private async ValueTask TellAsync(StuckJob job, CancellationToken cancellationToken)
    {
        // A leader before us may have told people of this very attempt.
        if (!await ToldBeforeAsync(job, cancellationToken))
        {
            var requeue = Type(job.Type).OnStuck == OnStuck.Requeue;
            var title = string.Create(
                CultureInfo.InvariantCulture,
                $"Job {job.Job} ({job.Type}) has made no progress for {(long)job.Silence.TotalSeconds} s on attempt {job.Attempt}");
            var fact = new Fact(EventKind.Alert, job.Job, "engine", $"stuck:{job.Attempt.ToString(CultureInfo.InvariantCulture)}", title);
            await store.RecordAsync([fact], clock.GetUtcNow(), cancellationToken);
            Log.JobStuck(
                logger,
                job.Job.Value,
                job.Type,
                job.Attempt,
                job.Silence,
                requeue ? "The next recovery sweep offers it again." : "It keeps its slot; cancel it, or run a recovery of kind stuck.");
        }

        _told.Add((job.Job, job.Attempt));
    }

    private async ValueTask<bool> ToldBeforeAsync(StuckJob job, CancellationToken cancellationToken)
    {
        var reason = $"stuck:{job.Attempt.ToString(CultureInfo.InvariantCulture)}";
        var after = 0L;
        while (true)
        {
            var events = await store.EventsAsync(new EventQuery(after, Job: job.Job), cancellationToken);
            if (events.Any(fact => fact.Kind == EventKind.Alert && fact.Reason == reason))
            {
                return true;
            }

            if (events.Count == 0)
            {
                return false;
            }

            after = events[^1].Seq;
        }
    }

    /// <summary>What changes when a job makes progress.</summary>
    private readonly record struct Mark(long Done, long Failed, long Skipped, DateTimeOffset? ToldAt, int Checkpoint)
    {
        public static Mark Of(Job job) => new(
            job.Progress?.Done ?? 0,
            job.Progress?.Failed ?? 0,
            job.Progress?.Skipped ?? 0,
            job.Progress?.UpdatedAt,
            job.Checkpoint?.Version ?? 0);
    }
}
