namespace Pawl;

/// <summary>How to offer ended jobs again.</summary>
public sealed record RetryOptions
{
    /// <summary>Who asks, by name.</summary>
    public string? By { get; init; }

    /// <summary>Whether to throw the checkpoint and the progress away. Default false: go on where it stopped.</summary>
    public bool FromStart { get; init; }

    /// <summary>Whether a permanent error is retried all the same.</summary>
    public bool Force { get; init; }
}
