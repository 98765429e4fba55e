namespace Pawl.Queries;

/// <summary>Times as microseconds since 1970, which is what the stores keep.</summary>
internal static class Instants
{
    public static long Of(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long? Of(DateTimeOffset? time) => time is { } known ? Of(known) : null;

    public static long Of(TimeSpan length) => length.Ticks / TimeSpan.TicksPerMicrosecond;

    public static long? Latest(long? one, long? other) => one is null || other > one ? other : one;
}
