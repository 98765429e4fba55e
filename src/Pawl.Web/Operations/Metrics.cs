using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pawl.Telemetry;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Operations;

/// <summary>What Prometheus reads.</summary>
internal static class Metrics
{
    public const string Template = "/metrics";

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", Template, Need.Viewer, ReadAsync)
        {
            Does = "The figures of this process and its installation, as Prometheus reads them.",
            Answers = [new(200, null, PrometheusText.MediaType)],
        },
    ];

    /// <summary>Counts from now on: what listens is made when it is first asked for.</summary>
    public static void Begin(IServiceProvider services) => services.GetRequiredService<PrometheusText>();

    private static async Task ReadAsync(Call call)
    {
        if (!call.Caller.Scope.IsAll)
        {
            throw new ProblemException(
                "forbidden", "The figures are of all queues and types; this key is limited to some.", ("needs", "all queues and types"));
        }

        var text = await call.Site.Services.GetRequiredService<PrometheusText>().ReadAsync(call.Cancelled).ConfigureAwait(false);
        await Replies.JsonAsync(call.Http, 200, Encoding.UTF8.GetBytes(text), PrometheusText.MediaType).ConfigureAwait(false);
    }
}
