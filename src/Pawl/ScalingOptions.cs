namespace Pawl;

/// <summary>What advice on the number of workers goes by: <c>Pawl:Scaling</c>.</summary>
public sealed class ScalingOptions
{
    /// <summary>Never advise fewer. 0 to 100,000; default 0.</summary>
    public int Min { get; set; }

    /// <summary>Never advise more. At least <see cref="Min"/>, at most 100,000; default 20.</summary>
    public int Max { get; set; } = 20;

    /// <summary>In which time what waits should be done. 1 s to 1 day; default 300 s.</summary>
    public TimeSpan DrainTarget { get; set; } = TimeSpan.FromSeconds(300);
}
