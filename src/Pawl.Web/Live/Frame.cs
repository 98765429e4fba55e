using System.Collections.Concurrent;
using Pawl.Storage;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Live;

/// <summary>A stretch of the record with the jobs it tells of, as they stood just after; read and written once for all readers.</summary>
/// <param name="site">Where to read jobs.</param>
/// <param name="after">The event before the first.</param>
/// <param name="events">The events, in order.</param>
internal sealed class Frame(Site site, long after, IReadOnlyList<EventRecord> events)
{
    private const int JobsAtOnce = 500;

    private readonly ConcurrentDictionary<JobId, JobId> _roots = new();
    private readonly ConcurrentDictionary<JobId, byte[]> _short = new();
    private readonly ConcurrentDictionary<JobId, byte[]> _whole = new();
    private readonly ConcurrentDictionary<JobId, Job?> _jobs = new();
    private readonly Lock _gate = new();
    private Task _reading = Task.CompletedTask;
    private Standing? _standing;

    /// <summary>The event before the first.</summary>
    public long After => after;

    /// <summary>The last event.</summary>
    public long Upto { get; } = events.Count > 0 ? events[^1].Seq : after;

    /// <summary>The events, in order.</summary>
    public IReadOnlyList<EventRecord> Events => events;

    /// <summary>The last event of each job, and whether it came into being here.</summary>
    public IReadOnlyDictionary<JobId, (long Last, bool IsNew)> Changed { get; } = ChangesOf(events);

    /// <summary>Queue and type of the jobs that were removed here.</summary>
    public IReadOnlyDictionary<JobId, (string Queue, string Type)> Removed { get; } = RemovedIn(events);

    /// <summary>Whether so many jobs were removed at once that they are not told one by one.</summary>
    public bool RemovedMany { get; } = events.Any(static happened => happened is { Kind: EventKind.Removed, JobId: null });

    /// <summary>Reads jobs that were not read yet, all at once.</summary>
    public async Task ReadAsync(IEnumerable<JobId> ids, CancellationToken cancellationToken)
    {
        if (ids.All(_jobs.ContainsKey))
        {
            return;
        }

        Task reading;
        lock (_gate)
        {
            reading = _reading = ReadAfterAsync(_reading, [.. ids], cancellationToken);
        }

        await reading.ConfigureAwait(false);
    }

    /// <summary>One after the other, so that nothing is read twice.</summary>
    private async Task ReadAfterAsync(Task before, IReadOnlyList<JobId> ids, CancellationToken cancellationToken)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var some in ids.Where(id => !_jobs.ContainsKey(id)).Distinct().Chunk(JobsAtOnce))
        {
            await AddAsync(await site.Store.GetAsync(some, cancellationToken).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
            foreach (var id in some)
            {
                _jobs.TryAdd(id, null);
            }
        }
    }

    /// <summary>Takes jobs that were read elsewhere.</summary>
    public async Task AddAsync(IReadOnlyList<Job> jobs, CancellationToken cancellationToken)
    {
        foreach (var (job, root) in await Roots.OfAsync(site.Store, jobs, cancellationToken).ConfigureAwait(false))
        {
            _roots[job] = root;
        }

        if (_standing is null && Standing.IsAsked(jobs))
        {
            _standing = await Standing.RecentAsync(site, cancellationToken).ConfigureAwait(false);
        }

        foreach (var job in jobs)
        {
            _jobs[job.Id] = job;
        }
    }

    /// <summary>The jobs that were read and are there.</summary>
    public IEnumerable<Job> Jobs => _jobs.Values.OfType<Job>();

    /// <summary>A job that was read; null for one that is not there any more.</summary>
    public Job? Find(JobId id) => _jobs.GetValueOrDefault(id);

    /// <summary>A job as lists show it.</summary>
    public byte[] Short(Job job) => _short.GetOrAdd(
        job.Id,
        _ => Replies.Bytes(json => JobJson.Write(
            json, job, site.Types, _roots.GetValueOrDefault(job.Id, job.Id), _standing?.BecauseOf(job), [])).ToArray());

    /// <summary>A job with all it has.</summary>
    public async ValueTask<byte[]> WholeAsync(Job job, CancellationToken cancellationToken)
    {
        if (!_whole.TryGetValue(job.Id, out var bytes))
        {
            var because = await BecauseAsync(job, cancellationToken).ConfigureAwait(false);
            bytes = Replies.Bytes(json => JobJson.Write(json, job, site.Types, _roots.GetValueOrDefault(job.Id, job.Id), because))
                .ToArray();
            _whole[job.Id] = bytes;
        }

        return bytes;
    }

    private async ValueTask<string?> BecauseAsync(Job job, CancellationToken cancellationToken)
    {
        if (job.State != JobState.Queued)
        {
            return null;
        }

        try
        {
            return Words.Of((await site.Jobs.WhyAsync(job.Id, cancellationToken).ConfigureAwait(false)).NotRunningBecause);
        }
        catch (PawlException fault) when (fault.Code == "not_found")
        {
            return null;
        }
    }

    private static Dictionary<JobId, (string, string)> RemovedIn(IReadOnlyList<EventRecord> events)
    {
        var removed = new Dictionary<JobId, (string, string)>();
        foreach (var happened in events)
        {
            if (happened is { Kind: EventKind.Removed, JobId: { } job } && Removal.Read(happened.Data) is { } was)
            {
                removed[job] = was;
            }
        }

        return removed;
    }

    private static Dictionary<JobId, (long, bool)> ChangesOf(IReadOnlyList<EventRecord> events)
    {
        var changes = new Dictionary<JobId, (long, bool)>();
        foreach (var happened in events)
        {
            if (happened.JobId is { } job)
            {
                var isNew = changes.TryGetValue(job, out var known) ? known.Item2 : happened.Kind == EventKind.Created;
                changes[job] = (happened.Seq, isNew);
            }
        }

        return changes;
    }
}
