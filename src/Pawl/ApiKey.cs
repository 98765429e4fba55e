namespace Pawl;

/// <summary>A key to the HTTP API, without its secret: of that only a hash is kept.</summary>
public sealed record ApiKey
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>A name for people; also what the audit calls its holder.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do.</summary>
    public required ApiRole Role { get; init; }

    /// <summary>Where it may do it.</summary>
    public Scope Scope { get; init; } = Scope.All;

    /// <summary>The beginning of the key, by which people know it again.</summary>
    public required string Prefix { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it is worth nothing; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>About when it was last used; null for not yet.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}
