using System.Diagnostics;
using System.Diagnostics.Metrics;
using Pawl.Telemetry;

namespace Pawl.Web.Routing;

/// <summary>What is counted of requests and streams: the meter <c>Pawl.Web</c>. Costs next to nothing while nobody listens.</summary>
/// <remarks>A route is its template, never the path, so that hostile paths make no series.</remarks>
internal sealed class WebMeters
{
    private static readonly string[] Verbs = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _time;
    private readonly UpDownCounter<long> _streams;

    public WebMeters(IMeterFactory? factory)
    {
        var meter = factory?.Create(PrometheusText.WebMeter) ?? new Meter(PrometheusText.WebMeter);
        _requests = meter.CreateCounter<long>("pawl.http.requests", "{request}", "Requests that were answered.");
        _time = meter.CreateHistogram<double>("pawl.http.request", "s", "How long a request took.");
        _streams = meter.CreateUpDownCounter<long>("pawl.streams", "{stream}", "Streams of events that are open.");
    }

    public void Answered(string route, string verb, int status, TimeSpan time)
    {
        var method = Verbs.Contains(verb) ? verb : "other";
        _requests.Add(1, new TagList { { "route", route }, { "method", method }, { "status", status } });
        _time.Record(time.TotalSeconds, new TagList { { "route", route }, { "method", method } });
    }

    /// <summary>A stream was opened (1) or closed (-1).</summary>
    public void Stream(int change) => _streams.Add(change);
}
