namespace Pawl.Postgres;

/// <summary>Times and lengths as the tables keep them: whole microseconds, since 1970 UTC for times.</summary>
internal static class Micros
{
    public static long Of(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long Of(TimeSpan length) => length.Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToTime(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    /// <summary>The nearest time there is: of a row that somebody damaged.</summary>
    public static DateTimeOffset ToNearest(long micros) =>
        ToTime(Math.Clamp(micros, Of(DateTimeOffset.MinValue), Of(DateTimeOffset.MaxValue)));

    public static TimeSpan ToLength(long micros) => TimeSpan.FromTicks(micros * TimeSpan.TicksPerMicrosecond);
}
