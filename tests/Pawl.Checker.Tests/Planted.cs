namespace Pawl.Checker.Tests;

/// <summary>A history in which something is wrong, and what the checker must say of it.</summary>
internal sealed record Planted(string Name, IReadOnlyList<string> Reasons)
{
    /// <summary>The lines that a good history loses, and those it gets, in their order.</summary>
    public List<(bool Adds, string Line)> Changes { get; } = [];
}
