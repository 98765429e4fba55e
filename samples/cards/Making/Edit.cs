using Cards.Parsing;

namespace Cards.Making;

/// <summary>One place that a commit changed: lines taken out and put in side by side, with what stands around them.</summary>
internal sealed record Edit
{
    public required ParsedFile File { get; init; }
    public required PathRole Role { get; init; }
    public required string Function { get; init; }

    /// <summary>Line in the new file where the change begins.</summary>
    public required int Line { get; init; }

    public required IReadOnlyList<string> Before { get; init; }

    /// <summary>From the first changed line to the last; a context line may lie between two changed ones.</summary>
    public required IReadOnlyList<DiffLine> Lines { get; init; }

    public required IReadOnlyList<string> After { get; init; }

    public IEnumerable<string> Removed => Lines.Where(line => line.Kind == LineKind.Removed).Select(line => line.Text);

    public IEnumerable<string> Added => Lines.Where(line => line.Kind == LineKind.Added).Select(line => line.Text);

    public int Changed => Lines.Count(line => line.Kind != LineKind.Context);

    public string Slot => $"{File.Path}:{Line}";
}
