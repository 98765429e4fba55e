namespace Pawl;

/// <summary>What differs in a new job that is made from an old one. What is left null is copied.</summary>
public sealed record RunAgainOptions
{
    /// <summary>Another payload: UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    /// <summary>Another queue.</summary>
    public string? Queue { get; init; }

    /// <summary>Another priority.</summary>
    public int? Priority { get; init; }

    /// <summary>Which ledger items it does although they are fresh. Default none.</summary>
    public Force Force { get; init; }

    /// <summary>The request's own key.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Who asks, by name.</summary>
    public string? RequestedBy { get; init; }
}
