using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Maintenance;

/// <summary>Checks health by itself and on demand, records each check of its own, and tells people when the score falls.</summary>
internal sealed class HealthCheck : IChore, IHealth
{
    private readonly IJobStore _store;
    private readonly HealthOptions _options;
    private readonly StuckWatch _stuck;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly long _started;
    private HealthAlert _alert;

    public HealthCheck(IJobStore store, ChoreSettings settings, StuckWatch stuck, TimeProvider clock, ILogger logger)
    {
        _store = store;
        _options = settings.Health;
        _stuck = stuck;
        _clock = clock;
        _logger = logger;
        _started = clock.GetTimestamp();
        _alert = new HealthAlert { Below = _options.AlertBelow };
    }

    public string Name => "health";

    public TimeSpan Limit => TimeSpan.FromSeconds(30);

    public Alarm Alarm { get; } = new();

    public TimeSpan Begin(long term) => _options.Interval;

    public async ValueTask<TimeSpan> StepAsync(long term, CancellationToken cancellationToken)
    {
        var overview = await CheckAsync(cancellationToken);
        var report = overview.Overall;
        (_alert, var raise) = _alert.Look(report.Score, _clock.GetElapsedTime(_started));
        var data = HealthJson.Of(overview);
        var facts = new List<Fact>
        {
            new(EventKind.Health, Actor: "engine", Reason: Words.Of(report.Grade), Title: report.ToString(), Data: data),
        };
        if (raise)
        {
            // Said before it is recorded: when the store is what ails, the log is all that is left.
            Log.HealthAlert(_logger, report.Queue, report.ToString(), _options.AlertBelow);
            facts.Add(new(EventKind.Alert, Actor: "engine", Reason: "health", Title: report.ToString(), Data: data));
        }

        await _store.RecordAsync(facts, overview.CheckedAt, cancellationToken);
        return _options.Interval;
    }

    public async ValueTask<HealthOverview> CheckAsync(CancellationToken cancellationToken = default)
    {
        var now = _clock.GetUtcNow();
        try
        {
            var reading = new HealthReading
            {
                Lines = await _store.LinesAsync(cancellationToken),
                Settings = await _store.QueuesAsync(cancellationToken),
                Minutes = await _store.MinutesAsync(now.AddDays(-1), cancellationToken),
                Workers = await _store.WorkersAsync(cancellationToken),
                Stuck = _stuck.Current,
                Pool = _store.Pool,
                Now = now,
            };
            HealthReport[] queues = [.. reading.Queues().Select(Health.Of)];
            return new HealthOverview(Health.Overall(queues), queues, now) { ConnectionFailures = _store.Pool?.Failures ?? 0 };
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            var waiting = error is PawlException { Code: StoreErrors.WaitingForSchema };
            var store = Health.Of(new HealthFacts { Queue = "", WaitingForSchema = waiting, StoreFailed = !waiting });
            return new HealthOverview(store with { Queue = null }, [], now, waiting)
            {
                ConnectionFailures = _store.Pool?.Failures ?? 0,
            };
        }
    }
}
