namespace Pawl.Postgres;

/// <summary>One lease on a batch, as the claim took it.</summary>
internal sealed class HeldBatch(LeaseToken token, long worker, int count)
{
    private readonly Dictionary<long, Line> _jobs = new(count);

    public LeaseToken Token => token;

    public long Worker => worker;

    /// <summary>How many jobs it still holds.</summary>
    public int Count
    {
        get
        {
            lock (_jobs)
            {
                return _jobs.Count;
            }
        }
    }

    public void Add(long job, Line line) => _jobs[job] = line;

    /// <summary>The line of a job that it holds.</summary>
    public Line? LineOf(long job)
    {
        lock (_jobs)
        {
            return _jobs.GetValueOrDefault(job);
        }
    }

    /// <summary>Holds a job no more; whether that was the last one.</summary>
    public bool Forget(long job)
    {
        lock (_jobs)
        {
            return _jobs.Remove(job) && _jobs.Count == 0;
        }
    }
}
