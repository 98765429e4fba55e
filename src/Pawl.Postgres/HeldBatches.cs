using System.Collections.Concurrent;
using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>The leases on batches that this process took: what an end needs to know of its job without asking. What is not known here is
/// asked of the tables; what is known here is checked there.</summary>
internal sealed class HeldBatches
{
    private readonly ConcurrentDictionary<LeaseToken, HeldBatch> _leases = new();
    private readonly ConcurrentQueue<LeaseToken> _empty = new();

    public void Add(HeldBatch lease) => _leases[lease.Token] = lease;

    public HeldBatch? Find(LeaseToken token) => _leases.GetValueOrDefault(token);

    /// <summary>What was settled is held no more, however it ended.</summary>
    /// <param name="ends">The ends, after their commit.</param>
    /// <param name="closed">The leases that the same commit closed.</param>
    public void Forget(IReadOnlyList<Settlement> ends, IReadOnlyCollection<LeaseToken> closed)
    {
        HeldBatch? held = null;
        foreach (var (job, _, token) in ends.Select(static end => end.Lease))
        {
            held = held?.Token == token ? held : Find(token);
            if (held?.Forget(job.Value) == true && _leases.TryRemove(token, out _) && !closed.Contains(token))
            {
                _empty.Enqueue(token);   // others ended the rest of it at the same time, so neither saw it empty
            }
        }
    }

    /// <summary>Leases of which nothing is left and that nobody has closed yet.</summary>
    public List<LeaseToken> TakeEmpty()
    {
        var tokens = new List<LeaseToken>();
        while (_empty.TryDequeue(out var token))
        {
            tokens.Add(token);
        }

        return tokens;
    }
}
