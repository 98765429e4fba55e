namespace Pawl.Chaos.Tests.History;

/// <summary>One line of the client log: written before a call (<c>invoke</c>), and after its answer (<c>ok</c> or <c>fail</c>).</summary>
/// <remarks>An <c>invoke</c> without an answer, or with <c>fail</c>, may or may not have happened: its process was killed in between, or
/// the store went away.</remarks>
internal sealed record Call
{
    /// <summary>Which life of the process made it, from 1.</summary>
    public required int Life { get; init; }

    /// <summary>When the line was written, in ticks of the monotonic clock.</summary>
    public long Mono { get; init; }

    /// <summary>Its number in that life.</summary>
    public required int Number { get; init; }

    /// <summary><c>invoke</c>, <c>ok</c> or <c>fail</c>.</summary>
    public required string What { get; init; }

    /// <summary><c>single</c>, <c>batch</c>, <c>unique</c> or <c>idempotent</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>How many jobs it asks for.</summary>
    public required int Count { get; init; }

    /// <summary>The label on each job of it, by which the store's rows are found.</summary>
    public required string Tag { get; init; }

    /// <summary>The unique or idempotency key.</summary>
    public string? Key { get; init; }

    /// <summary>The jobs of the answer.</summary>
    public IReadOnlyList<long> Ids { get; init; } = [];

    /// <summary>Whether the answer named a job that was there before.</summary>
    public bool Deduplicated { get; init; }

    /// <summary>The status of an answer over HTTP; 0 where there was none.</summary>
    public int Status { get; init; }

    /// <summary>Whether the answer was a refusal, which says that it was not carried out.</summary>
    public bool Refused => Status is >= 400 and < 500 or 503;

    /// <summary>What a <c>fail</c> said.</summary>
    public string? Error { get; init; }
}
