namespace Pawl;

/// <summary>What came of one item; kept in the ledger.</summary>
public sealed record ItemOutput
{
    /// <summary>A hash of what came out: a later stage compares it with the one it was done with.</summary>
    public string? OutputHash { get; init; }

    /// <summary>What came out: UTF-8 JSON, at most 64 KB.</summary>
    public ReadOnlyMemory<byte>? Outputs { get; init; }

    /// <summary>Numbers about it, such as <c>ms</c> or <c>cards</c>.</summary>
    public IReadOnlyDictionary<string, double>? Metrics { get; init; }
}
