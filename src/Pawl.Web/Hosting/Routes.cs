using Pawl.Web.Api;
using Pawl.Web.Live;
using Pawl.Web.Operations;
using Pawl.Web.Routing;

namespace Pawl.Web.Hosting;

/// <summary>The whole table of routes, noun by noun.</summary>
internal static class Routes
{
    /// <summary>Every route, those for old clients too.</summary>
    public static IEnumerable<Route> All { get; } =
    [
        .. Jobs.Routes, .. JobCommands.Routes, .. JobRecords.Routes, .. JobLogs.Routes, .. JobArtifacts.Routes,
        .. Bulk.Routes, .. Queues.Routes, .. Types.Routes, .. Workers.Routes, .. Items.Routes, .. Recoveries.Routes,
        .. HealthReports.Routes, .. StatisticsReports.Routes, .. Failures.Routes, .. OldClients.Routes,
        .. SignIn.Routes, .. Keys.Routes, .. Audit.Routes, .. UiConfig.Routes, .. OpenApi.Routes,
        .. Streams.RoutesOf(Sources.All), .. OldStream.Routes,
        .. Probes.Routes, .. Metrics.Routes,
    ];

    /// <summary>Those that a program with these settings has.</summary>
    public static RouteTable Of(PawlWebOptions options) =>
        new(All.Where(route => (route.Compat is null || options.Compat.Contains(route.Compat))
            && (options.Metrics || route.Template != Metrics.Template)));
}
