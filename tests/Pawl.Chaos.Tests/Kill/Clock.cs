namespace Pawl.Chaos.Tests.Kill;

/// <summary>The machine's clocks, the same in every process.</summary>
internal static class Clock
{
    public static long Timestamp => TimeProvider.System.GetTimestamp();

    public static long Micros => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
