namespace Pawl;

/// <summary>The result of one item in one attempt.</summary>
public sealed record ItemResult
{
    /// <summary>The ledger it belongs to: 1 to 200 characters.</summary>
    public required string Dataset { get; init; }

    /// <summary>The item: 1 to 500 characters.</summary>
    public required string Key { get; init; }

    /// <summary>How it went.</summary>
    public required ItemOutcome Outcome { get; init; }

    /// <summary>The hash of what went in.</summary>
    public string? InputHash { get; init; }

    /// <summary>The versions of the pipeline's parts it was done with.</summary>
    public IReadOnlyDictionary<string, string>? Parts { get; init; }

    /// <summary>The hash of the options it was done with.</summary>
    public string? OptionsHash { get; init; }

    /// <summary>The output hash of the stage before, as it was then.</summary>
    public string? UpstreamHash { get; init; }

    /// <summary>The hash of what came out.</summary>
    public string? OutputHash { get; init; }

    /// <summary>What went wrong.</summary>
    public JobError? Error { get; init; }

    /// <summary>What came out: UTF-8 JSON, at most 64 KB.</summary>
    public ReadOnlyMemory<byte>? Outputs { get; init; }

    /// <summary>Numbers about it.</summary>
    public IReadOnlyDictionary<string, double>? Metrics { get; init; }
}
