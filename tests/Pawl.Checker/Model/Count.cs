namespace Pawl.Checker.Model;

/// <summary>A count that the store keeps: of a line, or (without one) what its figures by the minute add up to.</summary>
internal sealed record Count
{
    public long? Line { get; init; }

    public required string Name { get; init; }

    public required long N { get; init; }
}
