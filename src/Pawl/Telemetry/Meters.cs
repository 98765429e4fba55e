using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pawl.Telemetry;

/// <summary>What is counted and measured: the meter <c>Pawl</c>. Costs next to nothing while nobody listens.</summary>
/// <remarks>A listener that throws costs its figure and nothing else.</remarks>
internal sealed class Meters
{
    public const string Name = "Pawl";

    private readonly Counter<long> _enqueued;
    private readonly Counter<long> _started;
    private readonly Counter<long> _ended;
    private readonly UpDownCounter<long> _running;
    private readonly Histogram<double> _wait;
    private readonly Histogram<double> _run;
    private readonly Histogram<double> _write;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _stale;
    private readonly Counter<long> _recovered;
    private readonly ILogger _logger;
    private int _told;

    public Meters(IMeterFactory? factory = null, ILogger? logger = null)
    {
        _logger = logger ?? NullLogger.Instance;
        var meter = Meter = factory?.Create(Name) ?? new Meter(Name);
        _enqueued = meter.CreateCounter<long>("pawl.jobs.enqueued", "{job}", "Jobs that were stored.");
        _started = meter.CreateCounter<long>("pawl.attempts.started", "{attempt}", "Attempts that began on this worker.");
        _ended = meter.CreateCounter<long>("pawl.attempts.ended", "{attempt}", "Attempts whose end was stored, by outcome.");
        _running = meter.CreateUpDownCounter<long>("pawl.attempts.running", "{attempt}", "Attempts that run on this worker now.");
        _wait = meter.CreateHistogram<double>("pawl.attempt.wait", "s", "How long a job was runnable before its attempt began.");
        _run = meter.CreateHistogram<double>("pawl.attempt.run", "s", "How long an attempt ran.");
        _write = meter.CreateHistogram<double>("pawl.store.write", "s", "How long a call took that wrote to the store.");
        _errors = meter.CreateCounter<long>("pawl.errors", "{error}", "Errors that attempts ended with.");
        _stale = meter.CreateCounter<long>("pawl.stale_writes", "{write}", "Writes of lost leases, all of them refused.");
        _recovered = meter.CreateCounter<long>("pawl.jobs.recovered", "{job}", "Jobs that the recovery sweep took in hand, by result.");
    }

    /// <summary>What the instruments are made with; only they are ours.</summary>
    public Meter Meter { get; }

    /// <summary>Whether anybody wants to know how long the store takes.</summary>
    public bool WantsWrites => _write.Enabled;

    public void Enqueued(string type, string queue, Trigger trigger, int count) => Tell(
        _enqueued.Enabled && count > 0,
        (_enqueued, type, queue, trigger, count),
        static given => given._enqueued.Add(
            given.count, new TagList { { "type", given.type }, { "queue", given.queue }, { "trigger", Words.Of(given.trigger) } }));

    public void Started(string type, string queue, TimeSpan wait)
    {
        Tell(_started.Enabled, (_started, type), static given => given._started.Add(1, new TagList { { "type", given.type } }));
        Tell(_running.Enabled, (_running, type), static given => given._running.Add(1, new TagList { { "type", given.type } }));
        Tell(
            _wait.Enabled,
            (_wait, type, queue, wait),
            static given => given._wait.Record(
                Math.Max(0, given.wait.TotalSeconds), new TagList { { "type", given.type }, { "queue", given.queue } }));
    }

    public void Left(string type) =>
        Tell(_running.Enabled, (_running, type), static given => given._running.Add(-1, new TagList { { "type", given.type } }));

    public void Ended(string type, string queue, Outcome outcome, TimeSpan run, JobError? error)
    {
        Tell(
            _ended.Enabled,
            (_ended, type, queue, outcome),
            static given => given._ended.Add(
                1, new TagList { { "type", given.type }, { "queue", given.queue }, { "outcome", Words.Of(given.outcome) } }));
        Tell(
            _run.Enabled,
            (_run, type, queue, outcome, run),
            static given => given._run.Record(
                given.run.TotalSeconds,
                new TagList { { "type", given.type }, { "queue", given.queue }, { "outcome", Words.Of(given.outcome) } }));
        Tell(
            error is not null && _errors.Enabled,
            (_errors, type, error),
            static given => given._errors.Add(
                1, new TagList { { "type", given.type }, { "category", Words.Of(given.error!.Category) } }));
    }

    /// <summary>A write of a lost lease, refused.</summary>
    public void Stale() => Tell(_stale.Enabled, _stale, static stale => stale.Add(1));

    public void Recovered(string type, RecoveryAction result) => Tell(
        _recovered.Enabled,
        (_recovered, type, result),
        static given => given._recovered.Add(1, new TagList { { "type", given.type }, { "result", Words.Of(given.result) } }));

    /// <summary>One call that wrote to the store.</summary>
    public void Wrote(TimeSpan time) => Tell(_write.Enabled, (_write, time), static given => given._write.Record(given.time.TotalSeconds));

    private void Tell<T>(bool wanted, T given, Action<T> tell)
    {
        if (!wanted)
        {
            return;
        }

        try
        {
            tell(given);
        }
        catch (Exception error)
        {
            if (Interlocked.Exchange(ref _told, 1) == 0)
            {
                Log.ListenerThrew(_logger, "meters", error);
            }
        }
    }
}
