using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>The leases on batches that this process took: what an end needs to know of its job without asking. What is not known here is
/// asked of the tables; what is known here is checked there.</summary>
internal sealed class HeldLeases
{
    private readonly Lock _gate = new();
    private readonly Dictionary<LeaseToken, (long Worker, Dictionary<long, Line> Jobs)> _leases = [];

    public void Add(LeaseToken token, long worker, Dictionary<long, Line> jobs)
    {
        lock (_gate)
        {
            _leases[token] = (worker, jobs);
        }
    }

    /// <summary>The line of a first attempt that its batch's lease held when it was taken.</summary>
    public Line? Find(Lease lease)
    {
        lock (_gate)
        {
            return lease.Attempt == 1 && _leases.TryGetValue(lease.Token, out var held) ? held.Jobs.GetValueOrDefault(lease.Job.Value) : null;
        }
    }

    public long WorkerOf(Lease lease)
    {
        lock (_gate)
        {
            return _leases[lease.Token].Worker;
        }
    }

    /// <summary>Which leases hold nothing more when these are gone.</summary>
    public List<LeaseToken> Emptied(IEnumerable<Lease> leases)
    {
        lock (_gate)
        {
            return [.. leases.GroupBy(static lease => lease.Token)
                .Where(ended => _leases.TryGetValue(ended.Key, out var held) && held.Jobs.Count == ended.Count())
                .Select(static ended => ended.Key)];
        }
    }

    /// <summary>What was settled is held no more, however it ended.</summary>
    public void Forget(IReadOnlyList<Settlement> ends)
    {
        lock (_gate)
        {
            foreach (var (job, _, token) in ends.Select(static end => end.Lease))
            {
                if (_leases.TryGetValue(token, out var held) && held.Jobs.Remove(job.Value) && held.Jobs.Count == 0)
                {
                    _leases.Remove(token);
                }
            }
        }
    }
}
