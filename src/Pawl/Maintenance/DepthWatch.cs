using Pawl.Storage;

namespace Pawl.Maintenance;

/// <summary>Looks once a minute how many jobs wait at each priority, so that there is something to draw: from kept counts and a bounded
/// look at each line.</summary>
internal sealed class DepthWatch(IJobStore store, TimeProvider clock) : IChore
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public string Name => "depth";

    public TimeSpan Limit => TimeSpan.FromSeconds(30);

    public Alarm Alarm { get; } = new();

    public TimeSpan Begin(long term) => ToNextMinute();

    public async ValueTask<TimeSpan> StepAsync(long term, CancellationToken cancellationToken)
    {
        var rows = await store.DepthAsync(cancellationToken);
        await store.KeepDepthAsync(new KeepDepthRequest(term, clock.GetUtcNow(), rows), cancellationToken);
        return ToNextMinute();
    }

    /// <summary>A second into it, so that a look never falls into the minute before by a clock that is a little slow.</summary>
    private TimeSpan ToNextMinute() =>
        Interval + TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(clock.GetUtcNow().Ticks % Interval.Ticks);
}
