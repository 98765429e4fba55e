using Pawl.Victim.Handlers;

namespace Pawl.Victim;

/// <summary>What the handlers did, as they saw it: the truth about what ran.</summary>
internal sealed class Effects(Order order, TimeProvider clock) : IDisposable
{
    private readonly Journal _journal = new(Journal.PathOf(order, "effects"));
    private int _running;
    private int _returned;
    private int _saved;

    /// <summary>How many handlers run now.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>How many handlers have returned in this life.</summary>
    public int Returned => Volatile.Read(ref _returned);

    /// <summary>How many checkpoints were accepted in this life.</summary>
    public int Saved => Volatile.Read(ref _saved);

    public async Task RunAsync(JobContext job, Func<Task> work, int count = 0)
    {
        Write(job, "start", count, version: job.StoredCheckpoint?.Version ?? 0);
        Interlocked.Increment(ref _running);
        var how = "threw";
        try
        {
            await work();
            how = "returned";
            Interlocked.Increment(ref _returned);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            Write(job, how);
        }
    }

    public void Dispose() => _journal.Dispose();

    public async Task SaveAsync(JobContext job, StepsDone done, CancellationToken cancellationToken)
    {
        Write(job, "saving", done.Count);
        await job.SaveAsync(done, cancellationToken: cancellationToken);
        Write(job, "saved", done.Count);
        Interlocked.Increment(ref _saved);
    }

    public void Spawned(JobContext job, JobId child) => Write(job, "spawned", child: child.Value);

    private void Write(JobContext job, string what, int count = 0, int version = 0, long child = 0) => _journal.Write(new
    {
        order.Life,
        Pid = Environment.ProcessId,
        Mono = clock.GetTimestamp(),
        Job = job.Id.Value,
        job.Attempt,
        job.Type,
        What = what,
        Count = count,
        Version = version,
        Child = child,
    });
}
