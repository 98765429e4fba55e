namespace Pawl;

/// <summary>What an item would be processed with now, as far as the asker knows.</summary>
/// <remarks>What is left out is not compared.</remarks>
public sealed record ItemNow
{
    /// <summary>The parts of the version that the stage reads, and no others (<see cref="PipelineVersion.Only"/>). Default none.</summary>
    public PipelineVersion Parts { get; init; } = PipelineVersion.None;

    /// <summary>A hash of the item itself.</summary>
    public string? InputHash { get; init; }

    /// <summary>A hash of the options.</summary>
    public string? OptionsHash { get; init; }

    /// <summary>A hash of what the earlier stages gave: their output hashes.</summary>
    public string? UpstreamHash { get; init; }
}
