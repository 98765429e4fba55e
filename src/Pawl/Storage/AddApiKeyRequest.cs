namespace Pawl.Storage;

/// <summary>A key to the HTTP API to be kept.</summary>
public sealed record AddApiKeyRequest
{
    /// <summary>A name for people.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do.</summary>
    public required ApiRole Role { get; init; }

    /// <summary>Where.</summary>
    public Scope Scope { get; init; } = Scope.All;

    /// <summary>The beginning of the key, for people.</summary>
    public required string Prefix { get; init; }

    /// <summary>SHA-256 of the whole key.</summary>
    public required ReadOnlyMemory<byte> Hash { get; init; }

    /// <summary>The engine's time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>From when on it is worth nothing; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Who asks.</summary>
    public string? By { get; init; }

    /// <summary>Whether it is only to be kept while no key of its role is good, as at the first start.</summary>
    public bool OnlyFirst { get; init; }
}
