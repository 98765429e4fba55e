using System.Diagnostics;

namespace Pawl.Bench;

/// <summary>About a hundred bytes of payload; nothing to do.</summary>
[Job("bench.noop", Timeout = "10m")]
internal sealed record Noop(long Id, string Tenant, string Kind, string Note, long SentAt)
{
    public static Noop Of(long id, long sentAt = 0) => new(id, "acme", "noop", new string('x', 48), sentAt);
}

/// <summary>Says that it ran, and how long its job was on the way (by the machine's monotonic clock).</summary>
internal sealed class NoopHandler(Ran ran) : IJobHandler<Noop>
{
    public Task HandleAsync(Noop payload, JobContext job, CancellationToken cancellationToken)
    {
        ran.Tell(payload, job);
        return Task.CompletedTask;
    }
}

/// <summary>Hears of each run.</summary>
internal sealed class Ran
{
    private long _count;

    public Action<Noop, JobContext>? Heard { get; set; }

    public long Count => Interlocked.Read(ref _count);

    public void Tell(Noop payload, JobContext job)
    {
        Interlocked.Increment(ref _count);
        Heard?.Invoke(payload, job);
    }

    public static double Milliseconds(Noop payload) => (Stopwatch.GetTimestamp() - payload.SentAt) * 1000.0 / Stopwatch.Frequency;
}
