using Pawl.Web.Wire;

namespace Pawl.Web.Live;

/// <summary>What comes from the record: jobs, their events, notices.</summary>
internal sealed partial class OpenStream
{
    private static readonly EventKind[] ForPeople =
    [
        EventKind.Notice, EventKind.Alert, EventKind.Succeeded, EventKind.Failed, EventKind.Cancelled,
    ];

    private readonly Dictionary<JobId, DateTimeOffset> _progress = [];
    private long _lookedForProgress;
    private long _countsDue = -1;

    private async Task RecordAsync(CancellationToken cancellationToken)
    {
        _more = false;
        var frames = hub.Tail.After(_seq);
        if (frames is null && _isLive)
        {
            await BeginAnewAsync().ConfigureAwait(false);
            return;
        }

        if (frames is null)
        {
            var back = await hub.Tail.ReadAsync(_seq, cancellationToken).ConfigureAwait(false);
            frames = back.Events.Count == 0 ? [] : [back];
            _more = true;
        }
        else
        {
            _isLive = true;
        }

        if (frames.Count == 0)
        {
            await CountsLaterAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (var frame in frames)
        {
            await frame.ReadAsync(WantedOf(frame), cancellationToken).ConfigureAwait(false);
        }

        await TellAsync(frames, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>He has missed too much: he takes a breath, and reads afresh from there on.</summary>
    private async Task BeginAnewAsync()
    {
        await _out.BreatheAsync(Breath).ConfigureAwait(false);
        _seq = hub.Tail.End;
        Reset("overflow");
    }

    private IReadOnlyCollection<JobId> WantedOf(Frame frame) => reader.WantsAll
        ? [.. frame.Changed.Keys]
        : [.. frame.Changed.Keys.Where(id => _topics.Job.Contains(id) || _topics.Log.Contains(id))];

    private async Task TellAsync(IReadOnlyList<Frame> frames, CancellationToken cancellationToken)
    {
        var records = new List<(EventRecord Event, Job? Job, bool IsNotice)>();
        var changed = new Dictionary<JobId, Change>();
        foreach (var frame in frames)
        {
            foreach (var happened in frame.Events.Where(happened => happened.Seq > _seq))
            {
                Sort(frame, happened, records);
            }

            foreach (var (id, (last, isNew)) in frame.Changed.Where(change => change.Value.Last > _seq))
            {
                changed[id] = new(frame, last, isNew || (changed.TryGetValue(id, out var before) && before.IsNew));
            }
        }

        var upto = frames[^1].Upto;
        var split = records.Count > 0 ? records[^1].Event.Seq : _seq;
        var upserts = _topics.Jobs ? ListChanges(changed) : [];
        var many = _topics.Jobs && frames.Any(frame => frame.RemovedMany && frame.Upto > _seq);
        if (many || (_isLive && (records.Count > _pace.MaxWaiting || upserts.Count > _pace.MaxUpserts)))
        {
            await BeginAnewAsync().ConfigureAwait(false);
            return;
        }

        // All that is read is read before anything is written.
        var counts = upserts.Count > 0 ? await CountsAsync(frames[^1], cancellationToken).ConfigureAwait(false) : null;
        var jobs = new List<ReadOnlyMemory<byte>>();
        foreach (var (id, change) in changed.Where(change => _topics.Job.Contains(change.Key)))
        {
            if (change.Frame.Find(id) is { } job && Sees(job))
            {
                jobs.Add(await change.Frame.WholeAsync(job, cancellationToken).ConfigureAwait(false));
                Remember(job);
            }
        }

        TellJobs(upserts.Where(change => change.Last <= split), counts, Id(_seq));
        foreach (var job in jobs)
        {
            _out.Event("job", Id(_seq), job);
        }

        foreach (var (happened, job, isNotice) in records)
        {
            _seq = happened.Seq;
            _out.Event(
                isNotice ? "notice" : "job_event",
                Id(_seq),
                Replies.Bytes(json =>
                {
                    if (isNotice)
                    {
                        NoticeJson.Write(json, happened, job);
                    }
                    else
                    {
                        RecordJson.Event(json, happened);
                    }
                }));
        }

        _seq = upto;
        TellJobs(upserts.Where(change => change.Last > split), counts, Id(_seq));
        WakeLogs(changed);
    }

    private void Sort(Frame frame, EventRecord happened, List<(EventRecord, Job?, bool)> records)
    {
        var job = happened.JobId is { } id ? frame.Find(id) : null;
        if ((job is not null && !Sees(job)) || happened.Kind == EventKind.Removed)
        {
            return;
        }

        if (happened.JobId is { } about && _topics.Job.Contains(about))
        {
            records.Add((happened, job, false));
        }

        if (_topics.Notices && happened.Title is not null && ForPeople.Contains(happened.Kind)
            && (job is not null || call.Caller.Scope.IsAll))
        {
            records.Add((happened, job, true));
        }
    }

    private List<Listed> ListChanges(Dictionary<JobId, Change> changed)
    {
        var (list, now, all) = (new List<Listed>(changed.Count), _site.Clock.GetUtcNow(), call.Caller.Scope.IsAll);
        foreach (var (id, change) in changed)
        {
            if (change.Frame.Find(id) is not { } job)
            {
                if (!change.IsNew && (all || SawRemoved(change.Frame, id)))
                {
                    list.Add(new(id, change.Last, null));
                }
            }
            else if (Sees(job))
            {
                if (query.IsEmpty || query.Matches(job, now, hub.Facts))
                {
                    list.Add(new(id, change.Last, change.Frame.Short(job)));
                    Remember(job);
                }
                else if (!change.IsNew)
                {
                    list.Add(new(id, change.Last, null));
                }
            }
        }

        list.Sort(static (one, other) => one.Last.CompareTo(other.Last));
        return list;
    }

    private void TellJobs(IEnumerable<Listed> changes, JobCounts? counts, string id, bool always = false)
    {
        var list = changes.ToList();
        if (counts is null || (list.Count == 0 && !always))
        {
            return;
        }

        _out.Event("jobs", id, Listed.Data(list, counts));
    }

    private async Task<JobCounts> CountsAsync(Frame? frame, CancellationToken cancellationToken)
    {
        var counts = await hub.CountsAsync(query.Text, call.Caller.Scope, cancellationToken).ConfigureAwait(false);
        var isLate = frame is { Events: [.., var last] } && counts.AsOf <= last.At;
        _countsDue = isLate ? _site.Clock.GetTimestamp() : -1;
        return counts;
    }

    /// <summary>The last counts were older than what was told with them.</summary>
    private async Task CountsLaterAsync(CancellationToken cancellationToken)
    {
        if (_countsDue >= 0 && _out.Passed(_countsDue, Hub.CountsLive(query.Text)))
        {
            TellJobs([], await CountsAsync(null, cancellationToken).ConfigureAwait(false), Id(_seq), always: true);
        }
    }

    /// <summary>How far running jobs are: that is on no record.</summary>
    private async Task ProgressAsync(CancellationToken cancellationToken)
    {
        if ((!_topics.Jobs && _topics.Job.Count == 0) || !_out.Passed(_lookedForProgress, _pace.Look * 2))
        {
            return;
        }

        _lookedForProgress = _site.Clock.GetTimestamp();
        if (_topics.Job.Count > 0)
        {
            var frame = await hub.WatchedAsync(cancellationToken).ConfigureAwait(false);
            foreach (var job in frame.Jobs.Where(job => _topics.Job.Contains(job.Id) && Sees(job) && IsFurther(job)).ToList())
            {
                var bytes = await frame.WholeAsync(job, cancellationToken).ConfigureAwait(false);
                Remember(job);
                _out.Event("job", Id(_seq), bytes);
            }
        }

        if (_topics.Jobs)
        {
            var (frame, now) = (await hub.RunningAsync(cancellationToken).ConfigureAwait(false), _site.Clock.GetUtcNow());
            var moved = frame.Jobs
                .Where(job => Sees(job) && IsFurther(job) && (query.IsEmpty || query.Matches(job, now, hub.Facts)))
                .ToList();
            if (moved.Count > 0)
            {
                var counts = await CountsAsync(null, cancellationToken).ConfigureAwait(false);
                moved.ForEach(Remember);
                TellJobs(moved.Select(job => new Listed(job.Id, _seq, frame.Short(job))), counts, Id(_seq));
            }
        }
    }

    private bool IsFurther(Job job) =>
        job is { State: JobState.Running, Progress: { } progress } && progress.UpdatedAt > _progress.GetValueOrDefault(job.Id);

    private void Remember(Job job)
    {
        if (job is { State: JobState.Running, Progress: { } progress })
        {
            _progress[job.Id] = progress.UpdatedAt;
        }
        else
        {
            _progress.Remove(job.Id);
        }
    }

    private bool SawRemoved(Frame frame, JobId id) =>
        frame.Removed.TryGetValue(id, out var was) && call.Caller.Scope.Sees(was.Queue, was.Type);

    private bool Sees(Job job) => call.Caller.Scope.Sees(job.Queue, job.Type);

    private readonly record struct Change(Frame Frame, long Last, bool IsNew);
}
