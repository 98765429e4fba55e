using System.Collections.Concurrent;

namespace Pawl.Postgres;

/// <summary>What this process remembers of its own starts. It steers fairness and is no truth: each process keeps the shares for itself,
/// so all of them together keep them too.</summary>
internal sealed class Memories
{
    private readonly ConcurrentDictionary<string, Memory> _queues = new(StringComparer.Ordinal);

    /// <summary>Whose turn it is among the queues: the next one's with each claim that got something.</summary>
    public uint Turn { get; set; }

    public Memory Of(string queue, DateTimeOffset now) =>
        _queues.GetOrAdd(queue, static (_, at) => new Memory { Budget = RetryBudget.Begin(at) }, now);

    public void Keep(string queue, Memory memory) => _queues[queue] = memory;

    /// <summary>Whether a retry of a queue could start beside first attempts that wait.</summary>
    public bool HasRetryRoom(string queue, DateTimeOffset now, double share, TimeSpan window) =>
        _queues.TryGetValue(queue, out var memory) && memory.Budget.Room(now, 1, share, window) > 0;
}

/// <summary>Counters of one queue.</summary>
internal sealed record Memory
{
    /// <summary>Starts so far: of every ten, one goes to the job that waited longest.</summary>
    public long Starts { get; init; }

    /// <summary>How many retries could have started so far: of every ten, one is that which waited longest.</summary>
    public long RetryTurns { get; init; }

    /// <summary>What the retries owe to first attempts.</summary>
    public RetryBudget Budget { get; init; }
}
