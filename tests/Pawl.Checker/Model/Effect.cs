namespace Pawl.Checker.Model;

/// <summary>One line of the effect log, written by the handlers outside the product: the truth about what ran.</summary>
internal sealed record Effect
{
    public required int Process { get; init; }

    /// <summary>In nanoseconds of the machine's monotonic clock, the same in all processes.</summary>
    public required long Mono { get; init; }

    public required long Job { get; init; }

    public required int Attempt { get; init; }

    /// <summary><c>start</c>, then <c>returned</c> or <c>threw</c>; between them <c>saving</c>, <c>saved</c> and <c>spawned</c>.</summary>
    public required string What { get; init; }

    /// <summary>At a start: the count in the checkpoint it was given; at a save: the count that is saved.</summary>
    public int Count { get; init; }

    /// <summary>At a start: the version of the checkpoint it was given, 0 for none.</summary>
    public int Version { get; init; }

    /// <summary>The child that was spawned.</summary>
    public long Child { get; init; }

    public bool IsStart => What == "start";

    public bool IsEnd => What is "returned" or "threw";

    public string Shows => $"effect: {What} of attempt {Attempt} of job {Job} in process {Process} at {Mono}";
}
