using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pawl;
using Pawl.Hosting;
using Pawl.Storage;
using Pawl.Web;
using Pawl.Web.Dashboard;
using Pawl.Web.Hosting;
using Pawl.Web.Operations;
using Pawl.Web.Routing;
using Pawl.Web.Security;
using Route = Pawl.Web.Routing.Route;

namespace Microsoft.AspNetCore.Builder;

/// <summary>The entrance of Pawl's HTTP API and its dashboard.</summary>
public static class PawlEndpointRouteBuilderExtensions
{
    private static readonly string[] Get = ["GET", "HEAD"];

    // Which parts of one program belong together: the dashboard's sessions are the API's.
    private static readonly ConditionalWeakTable<IServiceProvider, Dictionary<string, Site>> Mapped = [];

    extension(IEndpointRouteBuilder endpoints)
    {
        /// <summary>Puts the dashboard, the HTTP API and the operations under a path of this application, in a program that called
        /// <c>AddPawl</c>.</summary>
        /// <remarks>Everything under that path is Pawl's, and every request to it needs a key of Pawl's, a session, or a user of the
        /// application whom <see cref="PawlWebOptions.RoleOf"/> gives a role. The settings come from the section <c>Pawl:Web</c> of the
        /// configuration, then from <paramref name="configure"/>.</remarks>
        /// <param name="prefix">The path, such as <c>/jobs</c>; <c>/</c> for the whole server.</param>
        /// <param name="configure">Settings in code; they go before the configuration.</param>
        /// <returns>What was mapped, to add conventions to.</returns>
        /// <exception cref="PawlException"><c>config_invalid</c>: a setting is wrong, or unknown.</exception>
        public IEndpointConventionBuilder MapPawl(string prefix = "/", Action<PawlWebOptions>? configure = null)
        {
            var (site, path) = (Open(endpoints, prefix, configure), PathOf(endpoints, prefix));
            return Map(endpoints, path, site.Table.All, new(site, site.Table, Pages.AnswerAsync), "/{**rest}");
        }

        /// <summary>Puts the HTTP API alone under a path: what stands below <c>api</c>, and the routes of old clients.</summary>
        /// <param name="prefix">The path that <c>/api</c> stands below; <c>/</c> for the whole server.</param>
        /// <param name="configure">Settings in code; they go before the configuration, and hold for the dashboard and the operations of
        /// this path too.</param>
        /// <returns>What was mapped, to add conventions to.</returns>
        /// <exception cref="PawlException"><c>config_invalid</c>: a setting is wrong, or unknown.</exception>
        public IEndpointConventionBuilder MapPawlApi(string prefix = "/", Action<PawlWebOptions>? configure = null)
        {
            var (site, path) = (Open(endpoints, prefix, configure), PathOf(endpoints, prefix));
            var routes = site.Table.All.Where(static route => !IsOperation(route)).ToList();
            return Map(endpoints, path, routes, new(site, new(routes)), "/api/{**rest}");
        }

        /// <summary>Puts the dashboard alone under a path. It speaks to the API of the same path, so map that first.</summary>
        /// <param name="prefix">The path of <c>MapPawlApi</c>.</param>
        /// <returns>What was mapped, to add conventions to.</returns>
        /// <exception cref="PawlException"><c>config_invalid</c>: the API is not at this path.</exception>
        public IEndpointConventionBuilder MapPawlDashboard(string prefix = "/")
        {
            var path = PathOf(endpoints, prefix);
            var site = Known(endpoints, prefix) ?? throw new PawlException(
                "config_invalid",
                $"MapPawlDashboard needs the API below the same path. Call MapPawlApi(\"{prefix}\") before it.",
                exitCode: 8);
            return Map(endpoints, path, [], new(site, new([]), Pages.AnswerAsync), "/{**rest}");
        }

        /// <summary>Puts what probes and Prometheus ask for under a path: <c>livez</c>, <c>readyz</c>, <c>healthz</c> and
        /// <c>metrics</c>.</summary>
        /// <param name="prefix">The path; <c>/</c> for the whole server. It need not be that of the API.</param>
        /// <returns>What was mapped, to add conventions to.</returns>
        /// <exception cref="PawlException"><c>config_invalid</c>: a setting is wrong, or unknown.</exception>
        public IEndpointConventionBuilder MapPawlOperations(string prefix = "/")
        {
            var (site, path) = (Known(endpoints, prefix) ?? Any(endpoints) ?? Open(endpoints, prefix, null), PathOf(endpoints, prefix));
            Metrics.Begin(endpoints.ServiceProvider);
            var routes = Routes.All.Where(IsOperation).ToList();
            return Map(endpoints, path, routes, new(site, new(routes)), rest: null);
        }
    }

    private static RouteGroupBuilder Map(
        IEndpointRouteBuilder endpoints, string prefix, IEnumerable<Route> routes, Pipeline pipeline, string? rest)
    {
        var group = endpoints.MapGroup(prefix);
        foreach (var route in routes)
        {
            group.MapMethods(route.Template, route.Verb == "GET" ? Get : [route.Verb], pipeline.To(route))
                .WithDisplayName($"{route.Verb} {route.Template}");
        }

        if (rest is not null)
        {
            group.Map(rest, pipeline.Nowhere()).WithDisplayName("Pawl: no such route");
        }

        return group;
    }

    private static bool IsOperation(Route route) => Probes.Routes.Contains(route) || Metrics.Routes.Contains(route);

    private static string PathOf(IEndpointRouteBuilder endpoints, string prefix)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        return prefix.TrimEnd('/');
    }

    private static Site Open(IEndpointRouteBuilder endpoints, string prefix, Action<PawlWebOptions>? configure)
    {
        var path = PathOf(endpoints, prefix);
        var options = WebSettings.Read(endpoints.ServiceProvider.GetService<IConfiguration>(), configure);
        var site = Make(endpoints.ServiceProvider, options);
        Mapped.GetOrCreateValue(endpoints.ServiceProvider)[Whole(endpoints, path)] = site;
        return site;
    }

    private static Site? Known(IEndpointRouteBuilder endpoints, string prefix) =>
        Mapped.GetOrCreateValue(endpoints.ServiceProvider).GetValueOrDefault(Whole(endpoints, prefix.TrimEnd('/')));

    private static Site? Any(IEndpointRouteBuilder endpoints) =>
        Mapped.GetOrCreateValue(endpoints.ServiceProvider).Values.FirstOrDefault();

    // The same path in two groups is two paths.
    private static string Whole(IEndpointRouteBuilder endpoints, string path) =>
        $"{(endpoints is RouteGroupBuilder ? RuntimeHelpers.GetHashCode(endpoints) : 0)} {path}";

    private static Site Make(IServiceProvider services, PawlWebOptions options)
    {
        var jobs = services.GetService<IJobs>() ?? throw new PawlException(
            "config_invalid", "MapPawl needs an engine to stand before. Call AddPawl(…) on the services first.", exitCode: 8);
        var store = services.GetRequiredService<IJobStore>();
        var clock = EngineClock.Of(services, store);
        var lifetime = services.GetService<IHostApplicationLifetime>();
        var logger = services.GetService<ILoggerFactory>()?.CreateLogger(Log.Category) ?? NullLogger.Instance;
        var (keys, sessions) = (new KeyRing(store, clock), new Sessions(store, clock));
        var first = new FirstKey(store, options, clock, logger);
        if (options.Metrics)
        {
            Metrics.Begin(services);
        }

        lifetime?.ApplicationStarted.Register(() => _ = first.MakeAsync(lifetime.ApplicationStopping));
        return new()
        {
            Services = services,
            Jobs = jobs,
            Store = store,
            Types = services.GetRequiredService<JobTypes>(),
            Engine = services.GetRequiredService<IOptions<PawlOptions>>().Value,
            Options = options,
            Clock = clock,
            Logger = logger,
            Stopping = lifetime?.ApplicationStopping ?? CancellationToken.None,
            Gate = new(keys, sessions, first, options),
            Keys = keys,
            Sessions = sessions,
            Rate = new(options, clock),
            Readiness = new(store, clock, lifetime?.ApplicationStopping ?? CancellationToken.None),
            Meters = new(services.GetService<IMeterFactory>()),
            Table = Routes.Of(options),
        };
    }
}
