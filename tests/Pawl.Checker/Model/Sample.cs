namespace Pawl.Checker.Model;

/// <summary>What was seen from outside at some moment.</summary>
internal sealed record Sample
{
    public long Mono { get; init; }

    /// <summary>Which process it is about.</summary>
    public int Process { get; init; }

    public int? Connections { get; init; }

    public double? MemoryMb { get; init; }
}
