using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pawl;
using Pawl.Client;
using Pawl.Declared;
using Pawl.Errors;
using Pawl.Hosting;
using Pawl.Maintenance;
using Pawl.Queries;
using Pawl.Running;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The entrance of Pawl.</summary>
public static class PawlServiceCollectionExtensions
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds durable jobs: <see cref="IJobs"/> to create and watch them, and a hosted service that runs them.</summary>
        /// <remarks>The settings come from the section <c>Pawl</c> of the configuration, then from <paramref name="configure"/>. A store is
        /// still needed, such as <c>.UseSqlite("Data Source=jobs.db")</c>.</remarks>
        /// <param name="configure">Settings in code; they go before the configuration.</param>
        public PawlBuilder AddPawl(Action<PawlOptions>? configure = null)
        {
            ArgumentNullException.ThrowIfNull(services);
            var options = services.AddOptions<PawlOptions>();
            if (!services.Any(service => service.ServiceType == typeof(PawlHost)))
            {
                options.Configure<IServiceProvider>(Bind).ValidateOnStart();
                services.AddSingleton<IValidateOptions<PawlOptions>, PawlOptionsValidator>();
                AddEngine(services);
            }

            if (configure is not null)
            {
                options.Configure(configure);
            }

            return new(services);
        }
    }

    private static void Bind(PawlOptions options, IServiceProvider services)
    {
        if (services.GetService<IConfiguration>() is { } configuration)
        {
            Aliases.Read(configuration, options);
            Settings.Bind(
                configuration.GetSection("Pawl"), options, [.. services.GetServices<DeclaredType>().Select(declared => declared.Name)]);
        }
    }

    private static void AddEngine(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IChance, SystemChance>();
        services.TryAddSingleton<ILoops, Loops>();
        services.AddSingleton(all => new TypeTable(all.GetServices<HandlerRegistration>(), Options(all)));
        services.AddSingleton(all => all.GetRequiredService<TypeTable>().Types);
        services.AddSingleton(all => new NewJobs(all.GetRequiredService<JobTypes>(), Options(all)));
        services.AddSingleton(all => new Meters(all.GetService<IMeterFactory>(), Logger(all)));
        services.AddSingleton(all => new PrometheusText(
            all.GetRequiredService<Meters>(),
            all.GetService<IMeterFactory>(),
            new Figures(Store(all), all.GetRequiredService<IHealth>, Clock(all)).ReadAsync));
        services.AddSingleton<IJobs>(all => new Jobs(
            Store(all),
            all.GetRequiredService<NewJobs>(),
            all.GetRequiredService<JobTypes>(),
            Clock(all),
            all.GetRequiredService<Meters>()));
        services.AddSingleton<IBulk>(all => new Bulk(
            Store(all), all.GetRequiredService<JobTypes>(), Clock(all)));
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<ILoggerProvider, AttemptLog>(static _ => new()));
        services.AddSingleton(all => new Sentry(
            all.GetService<IConfiguration>(), all.GetRequiredService<TimeProvider>(), Logger(all)));
        services.AddSingleton(MakeWorker);
        services.AddSingleton(MakeChores);
        services.AddSingleton(all => all.GetRequiredService<Chores>().Recovery);
        services.AddSingleton(all => all.GetRequiredService<Chores>().Health);
        services.AddSingleton<IStatistics>(all => new StatisticsReader(Store(all), Clock(all)));
        services.AddSingleton<IScaling>(all => new ScalingAdvisor(
            Store(all), Options(all).Scaling, Clock(all)));
        services.AddSingleton(all => new PawlHost(
            Store(all),
            all.GetRequiredService<Worker>,
            all.GetRequiredService<Chores>,
            all.GetRequiredService<ILoops>(),
            Options(all),
            Clock(all),
            Logger(all)));
        services.AddSingleton<IHostedService>(all => all.GetRequiredService<PawlHost>());
    }

    private static Worker MakeWorker(IServiceProvider all)
    {
        var options = Options(all);
        var table = all.GetRequiredService<TypeTable>();
        return new(
            Store(all),
            new(options.Worker.Enabled ? table.All : [], all.GetRequiredService<IServiceScopeFactory>()),
            all.GetRequiredService<NewJobs>(),
            new Classifier(all.GetServices<IErrorClassifier>()),
            [.. all.GetServices<IJobFailureObserver>(), .. all.GetRequiredService<Sentry>().Reporters],
            options,
            all.GetRequiredService<Meters>(),
            Clock(all),
            all.GetRequiredService<IChance>(),
            all.GetService<ILoggerFactory>(),
            Logger(all));
    }

    private static Chores MakeChores(IServiceProvider all)
    {
        var (options, worker) = (Options(all), all.GetRequiredService<Worker>());
        var settings = new ChoreSettings
        {
            LeaseTtl = options.Worker.LeaseTtl,
            Heartbeat = options.Worker.HeartbeatInterval,
            LossCap = options.Worker.LossCap,
            RetryBudget = options.RetryBudget,
            Recovery = options.Recovery,
            Retention = options.Retention,
            Health = options.Health,
            Told = all.GetRequiredService<Meters>().Recovered,
            Scopes = all.GetRequiredService<IServiceScopeFactory>(),
            Types = all.GetRequiredService<JobTypes>().All.ToDictionary(type => type.Name, ChoreOf, StringComparer.Ordinal),
            Facts = QueryFacts.Of(all.GetRequiredService<JobTypes>()),
        };
        return new(
            Store(all), settings, () => worker.Id is var id and not 0 ? id : null, Clock(all), Logger(all));
    }

    private static ChoreType ChoreOf(JobType type) => new()
    {
        Name = type.Name,
        StuckAfter = type.StuckAfter,
        OnStuck = type.OnStuck,
        Keep = type.Keep,
        KeepFailed = type.KeepFailed,
        Retryable = type.Retryable,
        Versions = type.Versions.Parts.ToDictionary(part => part.Name, part => part.Version),
        Configuration = type.Configuration,
        CheckTypes = type.RecoveryChecks,
    };

    private static PawlOptions Options(IServiceProvider all) => all.GetRequiredService<IOptions<PawlOptions>>().Value;

    private static IJobStore Store(IServiceProvider all) => all.GetService<IJobStore>() ?? throw new PawlException(
        "config_invalid",
        "Pawl has no store to keep its jobs in. Say AddPawl(…).UseSqlite(\"Data Source=jobs.db\"), or another store's Use….",
        exitCode: 8);

    private static TimeProvider Clock(IServiceProvider all) => EngineClock.Of(all, Store(all));

    private static ILogger Logger(IServiceProvider all) =>
        all.GetService<ILoggerFactory>()?.CreateLogger(Log.Category) ?? NullLogger.Instance;
}
