using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Maintenance;

/// <summary>Removes ended jobs that are kept no longer, a slice at a time so that nobody waits behind it.</summary>
internal sealed class Retention(IJobStore store, ChoreSettings settings, TimeProvider clock, ILogger logger) : IChore
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, (TimeSpan Keep, TimeSpan KeepFailed)> _types = settings.Types.Values
        .Where(type => type.Keep is not null || type.KeepFailed is not null)
        .ToDictionary(
            type => type.Name,
            type => (type.Keep ?? settings.Retention.Keep, type.KeepFailed ?? settings.Retention.KeepFailed));

    private JobId _after;
    private long _removed;

    public string Name => "retention";

    public TimeSpan Limit => TimeSpan.FromSeconds(30);

    public Alarm Alarm { get; } = new();

    public TimeSpan Begin(long term)
    {
        _after = default;
        _removed = 0;
        return settings.Retention.StartDelay;
    }

    public async ValueTask<TimeSpan> StepAsync(long term, CancellationToken cancellationToken)
    {
        var request = new RetainRequest
        {
            Term = term,
            Now = clock.GetUtcNow(),
            After = _after,
            Keep = settings.Retention.Keep,
            KeepFailed = settings.Retention.KeepFailed,
            Types = _types,
        };
        var reply = await store.RetainAsync(request, cancellationToken);
        _removed += reply.Removed;
        if (reply is { Accepted: true, Next: { } next })
        {
            _after = next;
            return Pause;
        }

        if (_removed > 0)
        {
            Log.Retained(logger, _removed);
        }

        _after = default;
        _removed = 0;
        return settings.Retention.Interval;
    }
}
