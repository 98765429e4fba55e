using System.Diagnostics.Tracing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Pawl.Web;

namespace Pawl.Cli.Hosting;

/// <summary>Sends traces and metrics to a collector where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one; the field's other variables hold
/// too.</summary>
/// <remarks>A collector that does not answer costs its figures and nothing else: it is logged once until it works again, and
/// <see cref="Trouble"/> says it for the health.</remarks>
internal sealed class Otlp : EventListener, IHostedService
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Source = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    private readonly string _endpoint;
    private readonly ILogger _logger;
    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    private Otlp(string endpoint, ILogger logger) => (_endpoint, _logger) = (endpoint, logger);

    /// <summary>What went wrong last, for people; null while nothing did.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Adds it where a collector is named.</summary>
    /// <exception cref="PawlException"><c>config_invalid</c>: that is no address.</exception>
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        if ((configuration[Endpoint] ?? Environment.GetEnvironmentVariable(Endpoint)) is not { Length: > 0 } endpoint)
        {
            return;
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new PawlException(
                "config_invalid",
                $"{Endpoint} must be an address such as http://localhost:4317. Correct it in the environment.",
                exitCode: 8);
        }

        services.AddSingleton(all => new Otlp(
            uri.GetLeftPart(UriPartial.Authority), all.GetRequiredService<ILoggerFactory>().CreateLogger("Pawl.Telemetry")));
        services.AddHostedService(all => all.GetRequiredService<Otlp>());
        services.AddSingleton(all => new SideCheck("otlp", () => all.GetRequiredService<Otlp>().Trouble));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var resource = ResourceBuilder.CreateDefault();
        if (Environment.GetEnvironmentVariable("OTEL_SERVICE_NAME") is null)
        {
            resource = resource.AddService("pawl", serviceVersion: ProgramVersion.Text);
        }

        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource("Pawl", "Microsoft.AspNetCore")
            .AddOtlpExporter()
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter("Pawl", "Pawl.Web")
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // On the pool, and no longer than this: a collector that is away must not hold up the end of a server.
        const int Limit = 2_000;
        await Task.WhenAll(
            Task.Run(() => _traces?.Shutdown(Limit), CancellationToken.None),
            Task.Run(() => _metrics?.Shutdown(Limit), CancellationToken.None)).ConfigureAwait(false);
    }

    public override void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
        base.Dispose();
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Source)
        {
            EnableEvents(eventSource, EventLevel.Informational);
        }
    }

    // The exporter says nothing to its caller; this is the one way to hear of it.
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        var name = eventData.EventName ?? "";
        if (name.Contains("Success", StringComparison.Ordinal))
        {
            Trouble = null;
        }
        else if (eventData.Level is EventLevel.Error or EventLevel.Critical or EventLevel.Warning)
        {
            var first = Trouble is null;
            Trouble = $"The collector at {_endpoint} does not take what it is sent ({name}).";
            if (first)
            {
                Log.CollectorAway(_logger, _endpoint, name);
            }
        }
    }
}
