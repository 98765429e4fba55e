using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Pawl.Telemetry;

/// <summary>The figures of this process and its installation as Prometheus reads them: text format 0.0.4.</summary>
/// <remarks>
/// <para>A singleton from dependency injection. It counts from when it is first asked for, so a program that shows it takes it when it
/// starts; a program that never does pays nothing:</para>
/// <code>
/// var metrics = services.GetRequiredService&lt;PrometheusText&gt;();      // at the start
/// reply.ContentType = PrometheusText.MediaType;
/// await reply.WriteAsync(await metrics.ReadAsync(cancellationToken));  // for each scrape
/// </code>
/// <para>Counters and histograms are of this process; gauges such as <c>pawl_jobs</c> are of the installation and are read from the store
/// with each scrape. When the store does not answer, its gauges are left out and the rest is there.</para>
/// <para>A second meter made by the same <see cref="IMeterFactory"/>, called <see cref="WebMeter"/>, is shown too, where it has these
/// instruments: the counter <c>pawl.http.requests</c> with <c>route</c>, <c>method</c> and <c>status</c>, the histogram
/// <c>pawl.http.request</c> in seconds with <c>route</c> and <c>method</c>, the up-down counter <c>pawl.streams</c>.</para>
/// </remarks>
public sealed class PrometheusText : IDisposable
{
    /// <summary>What the text is, for the header <c>Content-Type</c>.</summary>
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The name of the meter of the HTTP API.</summary>
    public const string WebMeter = "Pawl.Web";

    /// <summary>How many types are told apart; the jobs of further ones are counted as those of <c>other</c>.</summary>
    private const int MostTypes = 200;

    private const string Counter = "counter";
    private const string Histogram = "histogram";
    private const string Value = "gauge";

    private static readonly double[] Long =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

    private static readonly double[] Short = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly (string Name, string Help, string[] Labels)[] Gauges =
    [
        ("pawl_build_info", "The version of Pawl and the kind of its store.", ["version", "store"]),
        ("pawl_jobs", "Jobs by queue and state.", ["queue", "state"]),
        ("pawl_queue_runnable", "Jobs that could run now.", ["queue"]),
        ("pawl_queue_oldest_age_seconds", "How long the longest waiting runnable job has waited.", ["queue"]),
        ("pawl_workers", "Workers by state.", ["state"]),
        ("pawl_slots", "Slots of live workers.", ["state"]),
        ("pawl_health_score", "The health of the installation, 0 to 100.", []),
        ("pawl_store_connections", "Connections of this process to the database.", ["state"]),
        ("pawl_store_wal_bytes", "The size of the store's write-ahead log.", []),
    ];

    private readonly FrozenDictionary<string, PrometheusFamily> _families;
    private readonly ConcurrentDictionary<string, string> _types = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<long, string> _numbers = new();
    private readonly Func<CancellationToken, ValueTask<IReadOnlyList<Gauge>>> _gauges;
    private readonly MeterListener _listener = new();

    internal PrometheusText(Meters meters, IMeterFactory? factory, Func<CancellationToken, ValueTask<IReadOnlyList<Gauge>>> gauges)
    {
        _gauges = gauges;
        _families = new Dictionary<string, PrometheusFamily>
        {
            ["pawl.jobs.enqueued"] = new("pawl_jobs_created_total", Counter, "Jobs that were created.", ["type", "queue", "trigger"]),
            ["pawl.attempts.ended"] = new("pawl_attempts_total", Counter, "Attempts that ended.", ["type", "queue", "outcome"]),
            ["pawl.attempt.run"] = new(
                "pawl_attempt_duration_seconds", Histogram, "How long attempts ran.", ["type", "queue"], Long),
            ["pawl.attempt.wait"] = new(
                "pawl_job_wait_seconds", Histogram, "How long jobs were runnable before an attempt began.", ["type", "queue"], Long),
            ["pawl.errors"] = new("pawl_errors_total", Counter, "Errors that attempts ended with.", ["type", "category"]),
            ["pawl.stale_writes"] = new("pawl_stale_writes_total", Counter, "Writes of lost leases, all of them refused.", []),
            ["pawl.jobs.recovered"] = new(
                "pawl_recovered_total", Counter, "Jobs that the recovery sweep took in hand.", ["type", "result"]),
            ["pawl.store.write"] = new("pawl_store_write_seconds", Histogram, "How long writes to the store took.", [], Short),
            ["pawl.streams"] = new("pawl_streams", Value, "Streams of events that are open.", []),
            ["pawl.http.requests"] = new(
                "pawl_http_requests_total", Counter, "Requests that were answered.", ["route", "method", "status"]),
            ["pawl.http.request"] = new(
                "pawl_http_request_seconds", Histogram, "How long requests took.", ["route", "method"], Short),
        }.ToFrozenDictionary(StringComparer.Ordinal);

        // Meters are heard of in the whole process; those of another host in it are not ours.
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            var isOurs = instrument.Meter == meters.Meter
                || (instrument.Meter.Name == WebMeter && ReferenceEquals(instrument.Meter.Scope, factory));
            if (isOurs && _families.TryGetValue(instrument.Name, out var family))
            {
                listener.EnableMeasurementEvents(instrument, family);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Take(value, tags, state));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Take(value, tags, state));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Take(value, tags, state));
        _listener.Start();
    }

    /// <summary>All figures as they are now.</summary>
    /// <param name="cancellationToken">Ends the look at the store.</param>
    public async ValueTask<string> ReadAsync(CancellationToken cancellationToken = default)
    {
        var text = new StringBuilder(4_096);
        var gauges = (await _gauges(cancellationToken)).ToLookup(gauge => gauge.Name, StringComparer.Ordinal);
        foreach (var (name, help, labels) in Gauges)
        {
            if (!gauges.Contains(name))
            {
                continue;
            }

            PrometheusFamily.WriteHead(text, name, Value, help);
            foreach (var gauge in gauges[name])
            {
                PrometheusFamily.WriteLine(text, name, labels, gauge.Labels, null, gauge.Value);
            }
        }

        foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
        {
            family.Write(text);
        }

        return text.ToString();
    }

    /// <summary>Stops counting.</summary>
    public void Dispose() => _listener.Dispose();

    private void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var family = (PrometheusFamily)state!;
        Span<string?> found = new string?[3];
        for (var i = 0; i < family.LabelNames.Count; i++)
        {
            foreach (var (name, given) in tags)
            {
                if (name == family.LabelNames[i])
                {
                    found[i] = name == "type" ? Bounded(given as string ?? "") : Text(given);
                    break;
                }
            }
        }

        family.Add(new(found[0], found[1], found[2]), value);
    }

    private string? Text(object? given) => given switch
    {
        string text => text,
        int number => _numbers.GetOrAdd(number, static number => number.ToString(CultureInfo.InvariantCulture)),
        _ => Convert.ToString(given, CultureInfo.InvariantCulture),
    };

    private string Bounded(string type) =>
        _types.ContainsKey(type) ? type
        : _types.Count >= MostTypes ? "other"
        : _types.GetOrAdd(type, type);
}
