using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pawl.Telemetry;

/// <summary>What is counted and measured: the meter <c>Pawl</c>. Costs next to nothing while nobody listens.</summary>
internal sealed class Meters
{
    public const string Name = "Pawl";

    private readonly Counter<long> _enqueued;
    private readonly Counter<long> _started;
    private readonly Counter<long> _ended;
    private readonly UpDownCounter<long> _running;
    private readonly Histogram<double> _wait;
    private readonly Histogram<double> _run;

    public Meters(IMeterFactory? factory = null)
    {
        var meter = factory?.Create(Name) ?? new Meter(Name);
        _enqueued = meter.CreateCounter<long>("pawl.jobs.enqueued", "{job}", "Jobs that were stored.");
        _started = meter.CreateCounter<long>("pawl.attempts.started", "{attempt}", "Attempts that began on this worker.");
        _ended = meter.CreateCounter<long>("pawl.attempts.ended", "{attempt}", "Attempts whose end was stored, by outcome.");
        _running = meter.CreateUpDownCounter<long>("pawl.attempts.running", "{attempt}", "Attempts that run on this worker now.");
        _wait = meter.CreateHistogram<double>("pawl.attempt.wait", "s", "How long a job was runnable before its attempt began.");
        _run = meter.CreateHistogram<double>("pawl.attempt.run", "s", "How long an attempt ran.");
    }

    public void Enqueued(string type, int count)
    {
        if (count > 0 && _enqueued.Enabled)
        {
            _enqueued.Add(count, new KeyValuePair<string, object?>("type", type));
        }
    }

    public void Started(string type, TimeSpan wait)
    {
        var tag = new KeyValuePair<string, object?>("type", type);
        if (_started.Enabled)
        {
            _started.Add(1, tag);
        }

        if (_running.Enabled)
        {
            _running.Add(1, tag);
        }

        if (_wait.Enabled)
        {
            _wait.Record(Math.Max(0, wait.TotalSeconds), tag);
        }
    }

    public void Left(string type)
    {
        if (_running.Enabled)
        {
            _running.Add(-1, new KeyValuePair<string, object?>("type", type));
        }
    }

    public void Ended(string type, Outcome outcome, TimeSpan run)
    {
        if (_ended.Enabled)
        {
            _ended.Add(1, new TagList { { "type", type }, { "outcome", Words.Of(outcome) } });
        }

        if (_run.Enabled)
        {
            _run.Record(run.TotalSeconds, new TagList { { "type", type }, { "outcome", Words.Of(outcome) } });
        }
    }
}
