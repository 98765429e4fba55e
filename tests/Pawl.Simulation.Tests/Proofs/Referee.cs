using Pawl.Simulation.Tests.Faults;
using Pawl.Simulation.Tests.Worlds;
using Pawl.Storage;

namespace Pawl.Simulation.Tests.Proofs;

/// <summary>Watches a run from where the store is, and knows what was promised. Here are the events, which it reads after every commit; the
/// calls and the end stand in other files.</summary>
internal sealed partial class Referee(Plan plan, Scheduler scheduler, Report report)
{
    private readonly SortedDictionary<long, JobModel> _jobs = [];
    private readonly HashSet<long> _unasked = [];
    private readonly List<(long From, long Until, Life Life, FaultKind Kind)> _disturbances = [];
    private long _lastSeq;

    /// <summary>Where the events are read.</summary>
    public IJobStore Store { get; set; } = null!;

    /// <summary>All events so far.</summary>
    public List<EventRecord> Events { get; } = [];

    public Report Report => report;

    /// <summary>Hears of what happens, for somebody who looks on.</summary>
    public Action<long, string>? Told { get; set; }

    /// <summary>The jobs that have not ended.</summary>
    public int Open { get; private set; }

    public IEnumerable<JobModel> Jobs => _jobs.Values;

    public int Count => _jobs.Count;

    public JobModel? Find(JobId id) => _jobs.GetValueOrDefault(id.Value);

    /// <summary>A fault was brought, and lasts for a time.</summary>
    public void Disturbed(Life life, FaultKind kind, TimeSpan time = default)
    {
        _disturbances.Add((scheduler.Now, scheduler.Now + time.Ticks, life, kind));
        Told?.Invoke(scheduler.Now, $"{life} meets {kind}");
        report.Mix((int)kind);
    }

    public async ValueTask ReadEventsAsync()
    {
        if (_unasked.Count > 0)
        {
            report.Breaks("G3", $"nobody asked for job {_unasked.Min()}");
            _unasked.Clear();
        }

        var events = await Store.EventsAsync(new(_lastSeq, 10_000), CancellationToken.None);
        foreach (var happened in events)
        {
            if (happened.Seq != _lastSeq + 1)
            {
                report.Breaks("G21", $"event {happened.Seq} follows {_lastSeq}");
            }

            _lastSeq = happened.Seq;
            Events.Add(happened);
            Mix(happened);
            Told?.Invoke(
                scheduler.Now,
                $"{happened.Seq} {happened.Kind} job {happened.JobId} generation {happened.Generation} attempt {happened.Attempt} "
                + $"{happened.From} -> {happened.To} by {happened.Actor}: {happened.Reason}");
            Take(happened);
        }
    }

    private void Take(EventRecord happened)
    {
        if (happened.JobId is not { } id)
        {
            return;
        }

        if (!_jobs.TryGetValue(id.Value, out var job))
        {
            _jobs.Add(id.Value, job = new(id));
            _unasked.Add(id.Value);
            Open++;
        }

        var wasOpen = job.IsOpen;
        if (job.Step(happened, plan.LossCap) is { } wrong)
        {
            report.Breaks("G5-G11", $"job {id}, event {happened.Seq} {happened.Kind}: {wrong}");
        }

        Open += (job.IsOpen ? 1 : 0) - (wasOpen ? 1 : 0);
        Notice(happened, job);
    }

    private void Notice(EventRecord happened, JobModel job)
    {
        switch (happened.Kind)
        {
            case EventKind.Succeeded when job.CancelAsked:
                report.Saw(Rare.CancelBeforeComplete);
                break;
            case EventKind.Failed when happened.Reason == "crash_loop":
                report.Saw(Rare.CrashLoop);
                break;
            case EventKind.Started when job.EndOf(happened.Attempt - 1)?.Kind == EventKind.Released:
                report.Saw(Rare.ReleasedAndRerun);
                break;
            case EventKind.RetryDeferred:
                report.Saw(Rare.RetryDeferred);
                break;
            case EventKind.Recovered:
                report.Saw(Rare.Recovered);
                break;
        }
    }

    private void Mix(EventRecord happened)
    {
        report.Mix(happened.Seq);
        report.Mix(scheduler.Now);
        report.Mix((int)happened.Kind);
        report.Mix(happened.JobId?.Value ?? 0);
        report.Mix(happened.Generation);
        report.Mix(happened.Attempt);
        report.Mix((int?)happened.From ?? -1);
        report.Mix((int?)happened.To ?? -1);
        report.Mix(happened.At.UtcTicks);
        report.Mix(happened.Actor);
        report.Mix(happened.Reason);
    }
}
