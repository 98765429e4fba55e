namespace Pawl;

/// <summary>What the ledger holds of one item: the hashes of its last success, and how it went last.</summary>
public sealed record ItemRow
{
    /// <summary>The ledger.</summary>
    public required string Dataset { get; init; }

    /// <summary>The item.</summary>
    public required string Key { get; init; }

    /// <summary>The hash of what went in at the last success.</summary>
    public string? InputHash { get; init; }

    /// <summary>The versions at the last success.</summary>
    public IReadOnlyDictionary<string, string> Parts { get; init; } = new Dictionary<string, string>();

    /// <summary>The hash of the options at the last success.</summary>
    public string? OptionsHash { get; init; }

    /// <summary>The output hash of the stage before at the last success.</summary>
    public string? UpstreamHash { get; init; }

    /// <summary>The hash of what came out at the last success.</summary>
    public string? OutputHash { get; init; }

    /// <summary>How it went last; never skipped.</summary>
    public required ItemOutcome LastOutcome { get; init; }

    /// <summary>When it last succeeded, UTC.</summary>
    public DateTimeOffset? SucceededAt { get; init; }

    /// <summary>When it last failed, UTC.</summary>
    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>How often it has failed since its last success.</summary>
    public int Failures { get; init; }

    /// <summary>What went wrong last, if it did.</summary>
    public JobError? Error { get; init; }

    /// <summary>What came out at the last success: UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte>? Outputs { get; init; }

    /// <summary>Numbers about the last success.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>The job that did it last.</summary>
    public required JobId JobId { get; init; }

    /// <summary>The attempt that did it last.</summary>
    public required int Attempt { get; init; }

    /// <summary>When it was last done or failed, UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
