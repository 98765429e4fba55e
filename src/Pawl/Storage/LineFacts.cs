namespace Pawl.Storage;

/// <summary>One line: the jobs of one type in one queue.</summary>
public sealed record LineFacts
{
    /// <summary>The queue.</summary>
    public required string Queue { get; init; }

    /// <summary>The type.</summary>
    public required string Type { get; init; }

    /// <summary>How many jobs stand in each state, exactly.</summary>
    public required IReadOnlyDictionary<JobState, long> Counts { get; init; }

    /// <summary>How many of the queued stand outside the line, waiting for a key.</summary>
    public long Held { get; init; }

    /// <summary>How many of the scheduled are retries that are due, set aside until their queue's retry budget has room.</summary>
    public long Deferred { get; init; }

    /// <summary>Since when its longest waiting runnable job has been runnable.</summary>
    public DateTimeOffset? OldestRunnableAt { get; init; }

    /// <summary>When the queue was paused.</summary>
    public DateTimeOffset? QueuePausedAt { get; init; }

    /// <summary>When the type was paused.</summary>
    public DateTimeOffset? TypePausedAt { get; init; }

    /// <summary>How many jobs of the queue may run at once in the whole installation.</summary>
    public int? QueueMaxRunning { get; init; }

    /// <summary>How many failures nobody has dismissed.</summary>
    public long Dead { get; init; }
}
