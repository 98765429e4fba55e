namespace Cards.Git;

/// <summary>Which commits the user means. With names, the filters do not apply to single commits, only to ranges.</summary>
internal sealed record Selection
{
    public const int DefaultLast = 20;

    /// <summary>At most so many, counted from the newest. Null: 20, or no limit when something else narrows the choice.</summary>
    public int? Last { get; init; }

    /// <summary>A date or a length of time that git understands: <c>2026-01-31</c>, <c>2 weeks ago</c>.</summary>
    public string? Since { get; init; }

    /// <summary>Part of an author's name or address, in any case of letters.</summary>
    public string? Author { get; init; }

    /// <summary>Commits (ids, tags, branches) and ranges (<c>v1.0..v1.1</c>).</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
}
