using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pawl;
using Pawl.Storage;
using Pawl.Web;
using Pawl.Web.Hosting;
using Pawl.Web.Operations;
using Pawl.Web.Routing;
using Pawl.Web.Security;

namespace Microsoft.AspNetCore.Builder;

/// <summary>The entrance of Pawl's HTTP API.</summary>
public static class PawlEndpointRouteBuilderExtensions
{
    private static readonly string[] Get = ["GET", "HEAD"];

    extension(IEndpointRouteBuilder endpoints)
    {
        /// <summary>Puts the HTTP API under a path of this application, in a program that called <c>AddPawl</c>.</summary>
        /// <remarks>Everything under that path is Pawl's, and every request to it needs a key of Pawl's. The settings come from the section
        /// <c>Pawl:Web</c> of the configuration, then from <paramref name="configure"/>.</remarks>
        /// <param name="prefix">The path, such as <c>/jobs</c>; <c>/</c> for the whole server.</param>
        /// <param name="configure">Settings in code; they go before the configuration.</param>
        /// <returns>What was mapped, to add conventions to.</returns>
        /// <exception cref="PawlException"><c>config_invalid</c>: a setting is wrong, or unknown.</exception>
        public IEndpointConventionBuilder MapPawl(string prefix = "/", Action<PawlWebOptions>? configure = null)
        {
            ArgumentNullException.ThrowIfNull(endpoints);
            ArgumentNullException.ThrowIfNull(prefix);
            var options = WebSettings.Read(endpoints.ServiceProvider.GetService<IConfiguration>(), configure);
            var site = Make(endpoints.ServiceProvider, options);
            var pipeline = new Pipeline(site);
            var mount = new MountPoint(prefix.TrimEnd('/'));
            var group = endpoints.MapGroup(mount.Prefix);
            group.WithMetadata(mount);
            foreach (var route in site.Table.All)
            {
                group.MapMethods(route.Template, route.Verb == "GET" ? Get : [route.Verb], pipeline.To(route))
                    .WithDisplayName($"{route.Verb} {route.Template}");
            }

            group.Map("/{**rest}", pipeline.Nowhere()).WithDisplayName("Pawl: no such route");
            return group;
        }
    }

    private static Site Make(IServiceProvider services, PawlWebOptions options)
    {
        var jobs = services.GetService<IJobs>() ?? throw new PawlException(
            "config_invalid", "MapPawl needs an engine to stand before. Call AddPawl(…) on the services first.", exitCode: 8);
        var (store, clock) = (services.GetRequiredService<IJobStore>(), services.GetRequiredService<TimeProvider>());
        var lifetime = services.GetService<IHostApplicationLifetime>();
        var logger = services.GetService<ILoggerFactory>()?.CreateLogger(Log.Category) ?? NullLogger.Instance;
        var (keys, sessions) = (new KeyRing(store, clock), new Sessions(clock));
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
            Gate = new(keys, sessions),
            Keys = keys,
            Sessions = sessions,
            Rate = new(options, clock),
            Readiness = new(store, clock, lifetime?.ApplicationStopping ?? CancellationToken.None),
            Meters = new(services.GetService<IMeterFactory>()),
            Table = Routes.Of(options),
        };
    }
}
