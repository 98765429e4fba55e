namespace Cards.Parsing;

internal sealed record ParsedHunk
{
    /// <summary>First line in the old file, from 1; 0 when the old file is empty.</summary>
    public required int OldStart { get; init; }

    /// <summary>First line in the new file, from 1; 0 when the new file is empty.</summary>
    public required int NewStart { get; init; }

    /// <summary>The line that opens the surrounding function or class, as git found it; empty when it found none.</summary>
    public required string Function { get; init; }

    public required IReadOnlyList<DiffLine> Lines { get; init; }
}
