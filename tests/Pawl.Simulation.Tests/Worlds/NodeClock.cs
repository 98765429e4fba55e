namespace Pawl.Simulation.Tests.Worlds;

/// <summary>The clock of one node: its wall clock drifts and jumps, its monotonic one is the virtual time.</summary>
internal sealed class NodeClock(Life life) : TimeProvider
{
    private static readonly long Begin = new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => life.Machine.Wall(Begin, life.Scheduler.Now);

    public override long GetTimestamp() => life.Scheduler.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(life, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>What a true wall clock shows at a virtual time.</summary>
    public static DateTimeOffset True(long now) => new(Begin + now, TimeSpan.Zero);
}
