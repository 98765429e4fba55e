namespace Pawl.Checker.Model;

/// <summary>How a process met a store that was not as it should be.</summary>
internal sealed record Startup
{
    /// <summary><c>missing</c>, <c>older</c>, <c>newer</c>, <c>foreign</c> or <c>damaged</c>.</summary>
    public required string Schema { get; init; }

    /// <summary><c>waiting</c>, <c>migrated</c> or <c>refused</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>The exit code of a refusal.</summary>
    public int Exit { get; init; }

    /// <summary>The hash of the file before and after; null where there is no file.</summary>
    public string? Before { get; init; }

    public string? After { get; init; }

    /// <summary>How many lines it logged about it.</summary>
    public int Lines { get; init; } = 1;
}
