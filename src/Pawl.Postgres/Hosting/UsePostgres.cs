using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;
using Pawl;
using Pawl.Postgres;
using Pawl.Postgres.Hosting;
using Pawl.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps jobs in PostgreSQL.</summary>
public static class PawlPostgresExtensions
{
    extension(PawlBuilder pawl)
    {
        /// <summary>Keeps the jobs in a PostgreSQL database, in a schema <c>pawl</c> of their own: as many processes on as many machines as
        /// there are share the work.</summary>
        /// <remarks>PostgreSQL 13 or newer, directly or behind a pooler in transaction mode. A server that is away, starting or read-only
        /// fails nothing: the host starts, and Pawl works as soon as it can.</remarks>
        /// <param name="connectionString">Such as <c>Host=db;Database=app;Username=app;Password=…</c>; several hosts, of which one takes
        /// writes, with <c>Host=a,b;Target Session Attributes=read-write</c>. Or a URL, such as
        /// <c>postgres://app:…@a:5432,b:5432/app?sslmode=verify-full</c>.</param>
        /// <param name="configure">Settings in code; they go before the configuration (<c>Pawl:Postgres</c>), and both before the
        /// connection string.</param>
        /// <exception cref="PawlException">At the start of the host, with exit code 8: <c>config_invalid</c>,
        /// <c>storage_login_refused</c>, <c>storage_database_unknown</c>, <c>storage_too_old</c>, <c>storage_permission</c>,
        /// <c>not_our_database</c>, <c>schema_newer</c> or <c>schema_changed</c>. Nothing was changed, and no text has the
        /// password.</exception>
        public PawlBuilder UsePostgres(string connectionString, Action<PostgresOptions>? configure = null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
            Add(pawl.Services, configure);
            pawl.Services.AddSingleton<IJobStore>(all => PostgresStore.Open(connectionString, Options(all)));
            return pawl;
        }

        /// <summary>Keeps the jobs in the PostgreSQL database of a data source that the program has already.</summary>
        /// <param name="source">Stays the program's: Pawl never disposes it. Its own pool holds, with all its settings; it must allow 4
        /// connections.</param>
        /// <exception cref="PawlException">At the start of the host, as for a connection string.</exception>
        public PawlBuilder UsePostgres(NpgsqlDataSource source)
        {
            ArgumentNullException.ThrowIfNull(source);
            Add(pawl.Services, null);
            pawl.Services.AddSingleton<IJobStore>(all => PostgresStore.Open(source, Options(all)));
            return pawl;
        }
    }

    private static void Add(IServiceCollection services, Action<PostgresOptions>? configure)
    {
        var options = services.AddOptions<PostgresOptions>();
        if (!services.Any(service => service.ImplementationType == typeof(PostgresSettings)))
        {
            options.Configure<IServiceProvider>(static (options, all) => PostgresSettings.Bind(options, all.GetService<IConfiguration>()));
            services.AddSingleton<IValidateOptions<PostgresOptions>, PostgresSettings>();
        }

        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IErrorClassifier, PostgresErrors>());
    }

    private static PostgresOptions Options(IServiceProvider all) => all.GetRequiredService<IOptions<PostgresOptions>>().Value;
}
