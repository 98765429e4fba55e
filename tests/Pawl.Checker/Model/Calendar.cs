namespace Pawl.Checker.Model;

/// <summary>What a schedule should have made, from a source other than the product.</summary>
internal sealed record Calendar
{
    public required string Schedule { get; init; }

    /// <summary>In UTC, after the policy for missed ones.</summary>
    public required IReadOnlyList<string> Occurrences { get; init; }
}
