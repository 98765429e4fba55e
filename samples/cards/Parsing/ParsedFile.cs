namespace Cards.Parsing;

internal sealed record ParsedFile
{
    public required string Path { get; init; }

    /// <summary>Where a renamed or copied file stood before; else null.</summary>
    public string? OldPath { get; init; }

    public required FileChange Change { get; init; }
    public required FileNature Nature { get; init; }

    /// <summary>How like a renamed or copied file is to its origin, 0 to 100; null for other changes.</summary>
    public int? Similarity { get; init; }

    /// <summary>Git shows no lines of it, by its content or by the repository's own rule.</summary>
    public bool Binary { get; init; }

    public IReadOnlyList<ParsedHunk> Hunks { get; init; } = [];
    public int Added { get; init; }
    public int Removed { get; init; }

    /// <summary>Lines were left out; the counts cover only what was read.</summary>
    public bool Truncated { get; init; }
}
