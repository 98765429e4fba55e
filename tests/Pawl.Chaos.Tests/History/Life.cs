namespace Pawl.Chaos.Tests.History;

/// <summary>One process on the database, from its start to its end.</summary>
internal sealed record Life
{
    /// <summary>From 1, in the order they were started. No two overlap, unless the run says so.</summary>
    public required int Number { get; init; }

    public required int Pid { get; init; }

    /// <summary>Whether it was killed; else it ended by itself.</summary>
    public required bool Killed { get; init; }

    /// <summary>When it said that it was ready, microseconds since 1970; null when it died before.</summary>
    public long? ReadyAt { get; init; }

    /// <summary>When it was certainly dead, in ticks of the monotonic clock.</summary>
    public required long DeadMono { get; init; }

    /// <summary>When it was certainly dead, microseconds since 1970.</summary>
    public required long DeadAt { get; init; }
}
