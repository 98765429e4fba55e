namespace Pawl.Checker.Model;

/// <summary>A row of the audit log.</summary>
internal sealed record Audit
{
    public long At { get; init; }

    public string? Actor { get; init; }

    public required string Action { get; init; }

    public long Job { get; init; }

    public string? Before { get; init; }

    public string? After { get; init; }

    /// <summary>The code by which it was denied.</summary>
    public string? Refusal { get; init; }
}
