namespace Pawl.Storage;

/// <summary>Hints from a store to the loops of this process: look now instead of at the next poll.</summary>
/// <remarks>A hint may be lost, doubled or wrong; polling is the truth. Handlers of these events must be quick and must not throw: a
/// store raises them from its own threads, after the commit.</remarks>
public sealed class Wakeups
{
    /// <summary>Jobs became runnable; the argument is the highest priority among them.</summary>
    public event Action<int>? Runnable;

    /// <summary>A job was given a time; the argument is that time.</summary>
    public event Action<DateTimeOffset>? Scheduled;

    /// <summary>A worker should heartbeat at once, because one of its attempts was asked to stop; the argument is its number.</summary>
    public event Action<long>? Attention;

    /// <summary>Events were recorded; the argument is the highest number.</summary>
    public event Action<long>? Recorded;

    /// <summary>A bulk operation was made.</summary>
    public event Action? BulkMade;

    /// <summary>Says that jobs became runnable.</summary>
    public void SayRunnable(int priority) => Runnable?.Invoke(priority);

    /// <summary>Says that a job was given a time.</summary>
    public void SayScheduled(DateTimeOffset at) => Scheduled?.Invoke(at);

    /// <summary>Says that a worker should heartbeat at once.</summary>
    public void SayAttention(long workerId) => Attention?.Invoke(workerId);

    /// <summary>Says that a bulk operation was made.</summary>
    public void SayBulkMade() => BulkMade?.Invoke();

    /// <summary>Says that events were recorded.</summary>
    public void SayRecorded(long seq) => Recorded?.Invoke(seq);
}
