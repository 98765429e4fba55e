namespace Pawl.Chaos.Tests.History;

/// <summary>One line of the effect log, written by the handlers themselves: the truth about what ran.</summary>
internal sealed record Effect
{
    /// <summary>Which life of the process wrote it, from 1.</summary>
    public required int Life { get; init; }

    /// <summary>When, in ticks of the machine's monotonic clock, the same in all processes.</summary>
    public required long Mono { get; init; }

    /// <summary>The job.</summary>
    public required long Job { get; init; }

    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary><c>start</c>, <c>returned</c>, <c>threw</c>, <c>saving</c>, <c>saved</c> or <c>spawned</c>.</summary>
    public required string What { get; init; }

    /// <summary>At a start: the version of the checkpoint the attempt was given, 0 for none.</summary>
    public int Version { get; init; }

    /// <summary>At a start: the count in that checkpoint; at a save: the count that is saved.</summary>
    public int Count { get; init; }

    /// <summary>The child that was spawned.</summary>
    public long Child { get; init; }

    public bool IsStart => What == "start";

    public bool IsEnd => What is "returned" or "threw";
}
