namespace Pawl.Checker.Model;

/// <summary>One process on the store, from its start to its end.</summary>
internal sealed record Life
{
    public required int Process { get; init; }

    public required int Pid { get; init; }

    /// <summary>Whether it was killed; else it ended by itself.</summary>
    public bool Killed { get; init; }

    /// <summary>When it said that it was ready, microseconds since 1970; null when it died before.</summary>
    public long? ReadyAt { get; init; }

    /// <summary>When it was certainly dead, in nanoseconds of the monotonic clock and in microseconds since 1970.</summary>
    public long DeadMono { get; init; } = long.MaxValue;

    public long DeadAt { get; init; } = long.MaxValue;
}
