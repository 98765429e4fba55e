namespace Cards.Parsing;

/// <summary>One commit as the <c>parser</c> stage leaves it for the stages after it.</summary>
internal sealed record ParsedCommit
{
    public required string Id { get; init; }
    public required IReadOnlyList<string> Parents { get; init; }
    public required string Author { get; init; }
    public required DateTimeOffset AuthoredAt { get; init; }
    public required string Subject { get; init; }

    /// <summary>The message without its subject, lines ended by LF; empty when there is none.</summary>
    public required string Body { get; init; }

    /// <summary>In git's own order. A merge has none: what it brings stands in the commits it merges.</summary>
    public required IReadOnlyList<ParsedFile> Files { get; init; }

    /// <summary>Something was left out because the change is huge; what is here is true but not all.</summary>
    public bool Truncated { get; init; }

    public bool IsMerge => Parents.Count > 1;
}
