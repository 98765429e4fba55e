using Microsoft.Extensions.Configuration;
using Pawl.Postgres;
using Pawl.Postgres.Hosting;

namespace Pawl.Storage.Tests.OnlyPostgres;

public sealed class SettingsTests
{
    [Fact]
    public void Every_setting_is_read()
    {
        var options = Bind(
            ("Pawl:Postgres:PoolMax", "30"), ("Pawl:Postgres:PoolMin", "3"), ("Pawl:Postgres:IdleTimeout", "40s"),
            ("Pawl:Postgres:AcquireTimeout", "5s"), ("Pawl:Postgres:ConnectTimeout", "4s"), ("Pawl:Postgres:Listen", "false"));

        Assert.Equal(
            (30, 3, TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(4), false),
            (options.PoolMax, options.PoolMin, options.IdleTimeout, options.AcquireTimeout, options.ConnectTimeout, options.Listen));
    }

    [Fact]
    public void Old_names_are_read_where_that_is_asked_for_and_ours_goes_before_them()
    {
        (string, string)[] old = [("DB_POOL_MAX", "30"), ("DB_POOL_MIN", "3"), ("DB_POOL_IDLE_TIMEOUT_MS", "40000")];

        var options = Bind([.. old, ("Pawl:EnvironmentAliases", "true"), ("Pawl:Postgres:PoolMax", "10")]);

        Assert.Equal((10, 3, TimeSpan.FromSeconds(40)), (options.PoolMax, options.PoolMin, options.IdleTimeout));
        Assert.Null(Bind(old).PoolMax);
    }

    [Fact]
    public void A_clock_that_is_set_forward_by_hours_ages_no_connection_unless_the_connection_string_says_so()
    {
        Assert.Equal(TimeSpan.FromDays(1), LifetimeOf("Host=db"));
        Assert.Equal(TimeSpan.FromMinutes(5), LifetimeOf("Host=db;Connection Lifetime=300"));
        Assert.Equal(TimeSpan.Zero, LifetimeOf("Host=db;Connection Lifetime=0"));   // for ever

        static TimeSpan LifetimeOf(string connectionString) =>
            TimeSpan.FromSeconds(Source.Settings(connectionString, new()).ConnectionLifetime);
    }

    private static PostgresOptions Bind(params (string Key, string Value)[] settings)
    {
        var options = new PostgresOptions();
        PostgresSettings.Bind(
            options,
            new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(one => one.Key, one => (string?)one.Value)).Build());
        return options;
    }
}
