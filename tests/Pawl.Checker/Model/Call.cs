namespace Pawl.Checker.Model;

/// <summary>One line of the client log.</summary>
internal sealed record Call
{
    /// <summary><c>invoke</c> before a call; then <c>ok</c>, <c>fail</c> (it did certainly not happen), or <c>info</c> (it may or may not
    /// have). An <c>invoke</c> without an answer is as if it were followed by <c>info</c>.</summary>
    public required string What { get; init; }

    /// <summary>Which process made it.</summary>
    public required int Process { get; init; }

    /// <summary>Its number in that process.</summary>
    public required int Number { get; init; }

    /// <summary>When the line was written, in nanoseconds of the machine's monotonic clock.</summary>
    public long Mono { get; init; }

    /// <summary><c>single</c>, <c>batch</c>, <c>unique</c> and <c>idempotent</c> ask for jobs; <c>write</c> is one of a running attempt,
    /// <c>admin</c> one of a person, <c>stream</c> an event that was received.</summary>
    public required string Kind { get; init; }

    /// <summary>How many jobs it asks for.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The label on each job of it.</summary>
    public string? Tag { get; init; }

    /// <summary>The unique or idempotency key.</summary>
    public string? Key { get; init; }

    /// <summary>Stands for the body; equal bodies have equal words.</summary>
    public string? Body { get; init; }

    /// <summary>The jobs of the answer.</summary>
    public IReadOnlyList<long> Ids { get; init; } = [];

    public bool Deduplicated { get; init; }

    /// <summary>The status of the answer over HTTP; 0 where there was none.</summary>
    public int Status { get; init; }

    public string? Error { get; init; }

    /// <summary>Of a write or an act of a person.</summary>
    public string? Action { get; init; }

    public long Job { get; init; }

    public int Attempt { get; init; }

    public string? Actor { get; init; }

    /// <summary>Of an event that was received.</summary>
    public long Seq { get; init; }

    public bool Asks => Kind is "single" or "batch" or "unique" or "idempotent";
}
