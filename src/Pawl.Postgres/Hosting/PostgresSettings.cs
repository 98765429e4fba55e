using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Pawl.Hosting;

namespace Pawl.Postgres.Hosting;

/// <summary>Reads <c>Pawl:Postgres</c> and the names of other systems for it, and checks what came of it.</summary>
internal sealed class PostgresSettings : IValidateOptions<PostgresOptions>
{
    /// <exception cref="PawlException"><c>config_invalid</c>.</exception>
    public static void Bind(PostgresOptions options, IConfiguration? configuration)
    {
        if (configuration is null)
        {
            return;
        }

        if (Aliases.IsOn(configuration))
        {
            Aliases.Whole(configuration, "DB_POOL_MAX", most => options.PoolMax = most);
            Aliases.Whole(configuration, "DB_POOL_MIN", least => options.PoolMin = least);
            Aliases.Whole(
                configuration, "DB_POOL_IDLE_TIMEOUT_MS", wait => options.IdleTimeout = TimeSpan.FromMilliseconds(wait));
        }

        var settings = new Settings(configuration.GetSection("Pawl:Postgres"));
        settings.Whole("PoolMax", value => options.PoolMax = value);
        settings.Whole("PoolMin", value => options.PoolMin = value);
        settings.Duration("IdleTimeout", value => options.IdleTimeout = value);
        settings.Duration("AcquireTimeout", value => options.AcquireTimeout = value);
        settings.Duration("ConnectTimeout", value => options.ConnectTimeout = value);
        settings.Flag("Listen", value => options.Listen = value);
        settings.Done();
    }

    public ValidateOptionsResult Validate(string? name, PostgresOptions options)
    {
        var faults = new Faults("Pawl:Postgres", "UsePostgres(…, o => o.{0} = …)");
        var (second, fiveMinutes) = (TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        faults.Between("PoolMax", options.PoolMax ?? Source.LeastPool, Source.LeastPool, Source.MostPool);
        faults.Between("PoolMin", options.PoolMin ?? 0, 0, options.PoolMax ?? Source.MostPool);
        faults.Between("IdleTimeout", options.IdleTimeout ?? second, second, TimeSpan.FromHours(1));
        faults.Between("AcquireTimeout", options.AcquireTimeout ?? second, TimeSpan.FromMilliseconds(100), fiveMinutes);
        faults.Between("ConnectTimeout", options.ConnectTimeout ?? second, second, fiveMinutes);
        faults.Throw();
        return ValidateOptionsResult.Success;
    }
}
