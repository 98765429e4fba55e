using Pawl.Queries;

namespace Pawl.Storage;

/// <summary>One walk through jobs, merged from several places, within a bound. It says what it needs; the store reads.</summary>
/// <remarks>
/// <para>A list by number ends when its page is full, and so does one by priority where a store reads in that order
/// (<see cref="WalkSource.Priority"/>). Any other list, and a count, looks at all that may fit, newest first.</para>
/// <para>It stops after <see cref="MostLooks"/> jobs in the states and lines that are asked for, or after <see cref="MostTime"/>: what is
/// indexed never comes so far.</para>
/// </remarks>
internal sealed class JobWalk
{
    public const int MostLooks = 100_000;

    /// <summary>So many rows are read whatever the time: a slow moment must not cut a short list.</summary>
    private const int LeastLooks = 2_000;

    private const int MostAtOnce = 1_000;

    /// <summary>So many are soon read and put in order.</summary>
    private const int FewToSort = 10_000;

    private const int LeastShare = 20;

    private readonly JobQuery _query;
    private readonly JobSelection _selection;
    private readonly IReadOnlyList<WalkFeed> _feeds;
    private readonly TimeProvider _clock;
    private readonly long _began;
    private readonly bool _counts;
    private readonly bool _ranked;
    private readonly bool _sorted;
    private readonly bool _up;
    private readonly List<(long Id, long Key)> _found = [];
    private readonly SortedSet<(long Key, long Id)> _best;
    private readonly List<JobView> _pending = [];
    private JobView _scratch = new();
    private long _last;
    private long _newest;
    private int _looks;
    private int _rows;
    private bool _stopped;

    /// <summary>A walk for a page, or for a count.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="selection">What follows from it.</param>
    /// <param name="feeds">Where to read; none when nothing can fit.</param>
    /// <param name="clock">The time: how long the walk takes.</param>
    /// <param name="counts">Whether it is a count.</param>
    public JobWalk(JobQuery query, JobSelection selection, IReadOnlyList<WalkFeed> feeds, TimeProvider clock, bool counts = false)
    {
        _query = query;
        _selection = selection;
        _feeds = feeds;
        _clock = clock;
        _counts = counts;
        _ranked = feeds is [{ Source: WalkSource.Priority }];
        _sorted = !counts && !_ranked && query.Sort is not (JobSort.Id or JobSort.CreatedAt);
        _up = !counts && !_sorted && query.Ascending;
        _began = clock.GetTimestamp();
        _newest = _sorted ? query.After?.Newest ?? 0 : 0;
        _best = new(query.Ascending ? Comparer<(long, long)>.Default : Comparer<(long, long)>.Create(static (a, b) => b.CompareTo(a)));
        var from = _sorted ? (_newest > 0 ? _newest + 1 : long.MaxValue) : _up ? 0 : long.MaxValue;
        foreach (var feed in feeds)
        {
            feed.Beyond = _sorted || counts ? from : query.After?.Id.Value ?? from;
            feed.Rank = query.After?.Key ?? (_up ? Priority.Lowest : Priority.Highest);
        }
    }

    public static TimeSpan MostTime { get; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether a list is better read in the order of priorities than read whole and put in order: there are too many for that, and
    /// what is read fits often enough.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="matching">How many jobs are in the states and lines that are asked for.</param>
    /// <param name="read">How many there are where it would be read.</param>
    public static bool IsRanked(JobQuery query, long matching, long read) =>
        query.Sort == JobSort.Priority && matching > FewToSort && (matching > MostLooks || matching * LeastShare >= read);

    /// <summary>Whether numbers rise.</summary>
    public bool Up => _up;

    /// <summary>What follows from the conditions.</summary>
    public JobSelection Selection => _selection;

    /// <summary>What must be read of <see cref="Pending"/>.</summary>
    public Needs Needs => _selection.Needs;

    /// <summary>Where to read next.</summary>
    public WalkFeed Feed { get; private set; } = new(WalkSource.All);

    /// <summary>How many rows to read there.</summary>
    public int Count { get; private set; }

    /// <summary>Jobs that may fit, of which more must be known.</summary>
    public IReadOnlyList<JobView> Pending => _pending;

    /// <summary>To be filled with the row that was read, and offered.</summary>
    public JobView Row => _scratch;

    /// <summary>Whether it stopped at a bound.</summary>
    public bool Stopped => _stopped;

    /// <summary>What was counted, state by state; then those asked to stop, and those that are dead.</summary>
    public long[] Counted { get; } = new long[9];

    private bool IsFull => !_counts && !_sorted && _found.Count > _query.Limit;

    /// <summary>Says what to read now.</summary>
    public WalkNeed Next()
    {
        while (!IsFull)
        {
            var empty = _stopped ? null : Empty();
            var atEnd = _stopped || (empty is null && _feeds.All(static feed => feed.Ended && feed.Buffer.Count == 0));
            if (_pending.Count > 0 && (atEnd || _pending.Count >= Together()))
            {
                if (Needs != Needs.None)
                {
                    return WalkNeed.Details;
                }

                DetailsRead();
            }
            else if (atEnd)
            {
                return WalkNeed.Nothing;
            }
            else if (empty is null)
            {
                Pull();
            }
            else if (IsOver())
            {
                _stopped = true;
            }
            else
            {
                Feed = empty;
                Count = _sorted || _counts ? MostAtOnce : Math.Min(MostAtOnce, Math.Max(_query.Limit + 1 - _found.Count, _rows));
                return WalkNeed.Slice;
            }
        }

        return WalkNeed.Nothing;
    }

    /// <summary><see cref="Row"/> is filled.</summary>
    public void Offer()
    {
        if (Offer(_scratch))
        {
            _scratch = new();
        }
    }

    /// <summary>Takes a job that may fit; false when it does not.</summary>
    public bool Offer(JobView job)
    {
        _looks++;
        var fits = _selection.FitsQuick(job);
        if (fits)
        {
            Feed.Buffer.Enqueue(job);
        }

        return fits;
    }

    /// <summary>The slice is read.</summary>
    /// <param name="seen">How many rows it had.</param>
    /// <param name="last">The number that it reaches to, when it had any.</param>
    /// <param name="ended">Whether there is nothing behind it.</param>
    public void SliceRead(int seen, long last, bool ended)
    {
        _rows += seen;
        Feed.Ended = ended;
        Feed.Beyond = seen > 0 || !ended ? last : Feed.Beyond;
    }

    /// <summary>All that was asked for of <see cref="Pending"/> is read.</summary>
    public void DetailsRead()
    {
        foreach (var job in _pending)
        {
            if (_selection.FitsSlow(job))
            {
                Accept(job);
            }
        }

        _pending.Clear();
    }

    /// <summary>The jobs of the page, in order.</summary>
    public IReadOnlyList<JobId> Ids() =>
        [.. (_sorted ? _best.Select(static one => one.Id) : _found.Select(static one => one.Id)).Take(_query.Limit)
            .Select(static id => new JobId(id))];

    /// <summary>The page.</summary>
    /// <param name="jobs">The jobs of <see cref="Ids"/>.</param>
    /// <param name="total">How many fit in all, if that is known.</param>
    public JobPage Page(IReadOnlyList<Job> jobs, long? total)
    {
        if (_sorted)
        {
            var more = _best.Count > _query.Limit;
            var (key, id) = more ? _best.ElementAt(_query.Limit - 1) : default;
            return new(jobs, more ? new JobPosition(new(id), key, _newest) : null, _stopped, total);
        }

        if (_query.Sort == JobSort.CreatedAt)
        {
            jobs = [.. _query.Ascending
                ? jobs.OrderBy(static job => job.CreatedAt).ThenBy(static job => job.Id)
                : jobs.OrderByDescending(static job => job.CreatedAt).ThenByDescending(static job => job.Id)];
        }

        return IsFull ? new(jobs, new JobPosition(new(_found[_query.Limit - 1].Id), _found[_query.Limit - 1].Key), false, total)
            : _stopped ? new(jobs, Horizon(), true, total)
            : new(jobs, null, false, total);
    }

    /// <summary>A place whose next row is not known yet.</summary>
    private WalkFeed? Empty()
    {
        foreach (var feed in _feeds)
        {
            if (!feed.Ended && feed.Buffer.Count == 0)
            {
                return feed;
            }
        }

        return null;
    }

    /// <summary>Takes the next job in the order of all places. One that is in two of them comes once.</summary>
    private void Pull()
    {
        WalkFeed? next = null;
        foreach (var feed in _feeds)
        {
            if (feed.Buffer.Count > 0
                && (next is null || (_up ? feed.Buffer.Peek().Id < next.Buffer.Peek().Id : feed.Buffer.Peek().Id > next.Buffer.Peek().Id)))
            {
                next = feed;
            }
        }

        var job = next!.Buffer.Dequeue();
        if (job.Id != _last)
        {
            _pending.Add(job);
            _last = job.Id;
            _newest = Math.Max(_newest, _sorted ? job.Id : 0);
        }
    }

    private bool IsOver() => _looks >= MostLooks || (_rows >= LeastLooks && _clock.GetElapsedTime(_began) > MostTime);

    private int Together() => Needs == Needs.None ? 1
        : _sorted || _counts ? MostAtOnce
        : Math.Min(MostAtOnce, Math.Max(_query.Limit + 1 - _found.Count, _rows / 4));

    private void Accept(JobView job)
    {
        if (_counts)
        {
            Counted[(int)job.State]++;
            Counted[7] += job is { State: JobState.Running, CancelRequested: true } ? 1 : 0;
            Counted[8] += job is { State: JobState.Failed, Dismissed: false } ? 1 : 0;
        }
        else if (!_sorted)
        {
            _found.Add((job.Id, _ranked ? job.Priority : 0));
        }
        else if ((KeyOf(job), job.Id) is var place
            && (_query.After is not { } after || _best.Comparer.Compare((after.Key, after.Id.Value), place) < 0))
        {
            _best.Add(place);
            if (_best.Count > _query.Limit + 1)
            {
                _best.Remove(_best.Max);
            }
        }
    }

    private long KeyOf(JobView job) => _query.Sort switch
    {
        JobSort.Priority => job.Priority,
        JobSort.RunAt => job.RunAt,
        _ => job.EndedAt ?? (_query.Ascending ? long.MaxValue : long.MinValue),
    };

    /// <summary>Up to where everything was looked at.</summary>
    private JobPosition Horizon()
    {
        if (_ranked)
        {
            var feed = _feeds[0];
            return feed.Buffer.TryPeek(out var next)
                ? new(new(_up ? next.Id - 1 : next.Id + 1), next.Priority)
                : new(new(feed.Beyond), feed.Rank);
        }

        var horizon = _up ? long.MaxValue : 0;
        foreach (var feed in _feeds)
        {
            if (!feed.Ended || feed.Buffer.Count > 0)
            {
                var at = feed.Buffer.Count == 0 ? feed.Beyond : _up ? feed.Buffer.Peek().Id - 1 : feed.Buffer.Peek().Id + 1;
                horizon = _up ? Math.Min(horizon, at) : Math.Max(horizon, at);
            }
        }

        return new(new(horizon));
    }
}
