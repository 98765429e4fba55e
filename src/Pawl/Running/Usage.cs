namespace Pawl.Running;

/// <summary>How much of the machine's processors this process uses.</summary>
internal sealed class Usage(TimeProvider clock)
{
    private long _askedAt = clock.GetTimestamp();
    private TimeSpan _used = Environment.CpuUsage.TotalTime;

    /// <summary>The share since it was last asked, 0 to 1.</summary>
    public double Cpu()
    {
        var (passed, used) = (clock.GetElapsedTime(_askedAt), Environment.CpuUsage.TotalTime);
        var share = passed > TimeSpan.Zero ? (used - _used) / passed / Environment.ProcessorCount : 0;
        (_askedAt, _used) = (clock.GetTimestamp(), used);
        return Math.Round(Math.Clamp(share, 0, 1), 3);
    }
}
