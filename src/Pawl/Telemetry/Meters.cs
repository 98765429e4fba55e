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
    private readonly ILogger _logger;
    private int _told;

    public Meters(IMeterFactory? factory = null, ILogger? logger = null)
    {
        _logger = logger ?? NullLogger.Instance;
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
        if (count <= 0 || !_enqueued.Enabled)
        {
            return;
        }

        try
        {
            _enqueued.Add(count, new KeyValuePair<string, object?>("type", type));
        }
        catch (Exception error)
        {
            Tell(error);
        }
    }

    public void Started(string type, TimeSpan wait)
    {
        try
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
        catch (Exception error)
        {
            Tell(error);
        }
    }

    public void Left(string type)
    {
        try
        {
            if (_running.Enabled)
            {
                _running.Add(-1, new KeyValuePair<string, object?>("type", type));
            }
        }
        catch (Exception error)
        {
            Tell(error);
        }
    }

    public void Ended(string type, Outcome outcome, TimeSpan run)
    {
        try
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
        catch (Exception error)
        {
            Tell(error);
        }
    }

    private void Tell(Exception error)
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
        {
            Log.ListenerThrew(_logger, "meters", error);
        }
    }
}
