namespace Pawl.Storage;

/// <summary>Adds up the jobs of a tree for <see cref="JobTree"/>.</summary>
internal sealed class TreeSums
{
    private readonly Dictionary<JobState, long> _counts = [];
    private readonly Dictionary<string, double> _metrics = new(StringComparer.Ordinal);
    private long _done;
    private long _failed;
    private long _skipped;
    private long _total;
    private bool _told;
    private bool _open;
    private DateTimeOffset _updatedAt;

    public long Jobs { get; private set; }

    /// <summary>Counts a job.</summary>
    public void Add(JobState state)
    {
        Jobs++;
        _counts[state] = _counts.GetValueOrDefault(state) + 1;
    }

    /// <summary>Adds what a job has told.</summary>
    public void Add(long? total, long done, long failed, long skipped, DateTimeOffset at)
    {
        (_done, _failed, _skipped) = (_done + done, _failed + failed, _skipped + skipped);
        _total += total ?? 0;
        _open |= total is null;
        _told = true;
        _updatedAt = at > _updatedAt ? at : _updatedAt;
    }

    /// <summary>Adds the sum of a figure over the items of a job.</summary>
    public void Add(string metric, double sum) => _metrics[metric] = _metrics.GetValueOrDefault(metric) + sum;

    /// <summary>The roll-up.</summary>
    public JobTree Of(JobId root, int levels, bool partial) => new()
    {
        Root = root,
        Jobs = Jobs,
        Levels = levels,
        Counts = _counts,
        Progress = new()
        {
            Total = _told && !_open ? _total : null,
            Done = _done,
            Failed = _failed,
            Skipped = _skipped,
            UpdatedAt = _updatedAt,
        },
        Metrics = _metrics,
        Partial = partial,
    };
}
