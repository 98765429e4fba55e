namespace Pawl;

/// <summary>How this process runs jobs: <c>Pawl:Worker</c>.</summary>
public sealed class WorkerOptions
{
    /// <summary>Whether it runs jobs at all; false only creates and watches them. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>A name for people; default the machine's.</summary>
    public string? Name { get; set; }

    /// <summary>How many attempts it runs at once. 1 to 1,000; default 10.</summary>
    public int Slots { get; set; } = 10;

    /// <summary>How many of them are kept for jobs of priority 40 and above, so that a person need not wait for bulk work. 0 to
    /// <see cref="Slots"/> - 1; default null: 1 with four slots or more, else 0.</summary>
    public int? ExpressSlots { get; set; }

    /// <summary>The queues it serves; default null: those of all types it has a handler for.</summary>
    public IList<string>? Queues { get; set; }

    /// <summary>How many jobs of a queue it runs at once, by the queue's name. 0 to 1,000; default none.</summary>
    public IDictionary<string, int> QueueConcurrency { get; set; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>How often it says that it lives. 100 ms to 1 h, less than half of <see cref="LeaseTtl"/>; default 10 s.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How much silence of a worker ends its leases. 5 s to 1 day; default 30 s.</summary>
    /// <remarks>Its jobs are then offered again; what the silent worker still writes is refused. Should be the same on all
    /// workers.</remarks>
    public TimeSpan LeaseTtl { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often it looks for work nobody told it of. 100 ms to 1 h; default 5 s. <c>Pawl:Scheduler:Interval</c> sets it
    /// too.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long running jobs may go on when the host stops, before they are told to stop. 0 to 1 day; default 20 s.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How much measured work may be taken ahead of free slots. 0 to 10 s; default 250 ms; 0 takes nothing ahead.</summary>
    public TimeSpan PrefetchWindow { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How many jobs may be taken ahead at most. 0 to 10,000; default 1,000.</summary>
    public int MaxPrefetch { get; set; } = 1_000;

    /// <summary>At how many losses a job ends as <c>crash_loop</c>. 1 to 100; default 3.</summary>
    /// <remarks>Of the jobs that were lost before and would end with the next loss, a worker runs one at a time. With 1 no job is run again
    /// after a loss, so there are none of these, and whatever a worker runs when it dies ends with it. Should be the same on all
    /// workers.</remarks>
    public int LossCap { get; set; } = 3;

    /// <summary>The most of one attempt's log that is kept. 0 to 1 GB; default 16 MB; then a line says so and the rest is
    /// dropped.</summary>
    public long MaxLogBytes { get; set; } = 16 * 1_048_576;

    /// <summary>How long a worker that has looked for queues it did not know waits before it looks again, however many hints come. Default
    /// 1 s; 0 for a clock that stands still.</summary>
    internal TimeSpan LearnAgain { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many slots are kept, with the default worked out.</summary>
    internal int KeptSlots => ExpressSlots ?? (Slots >= 4 ? 1 : 0);
}
