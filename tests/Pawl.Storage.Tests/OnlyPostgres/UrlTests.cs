using Pawl.Postgres;

namespace Pawl.Storage.Tests.OnlyPostgres;

public sealed class UrlTests
{
    [Theory]
    [InlineData("postgres://db", "Host=db")]
    [InlineData("postgresql://app:se%40c%2Fret@db:6432/shop", "Host=db;Port=6432;Username=app;Password=se@c/ret;Database=shop")]
    [InlineData(
        "postgres://app@db/shop?sslmode=verify-full&connect_timeout=5",
        "Host=db;Username=app;Database=shop;SSL Mode=VerifyFull;Timeout=5")]
    [InlineData(
        "postgres://a:5432,b:5433/shop?target_session_attrs=primary",
        "Host=a:5432,b:5433;Database=shop;Target Session Attributes=primary")]
    [InlineData("postgres://%2Frun%2Fpg/shop?application_name=till", "Host=/run/pg;Database=shop;Application Name=till")]
    [InlineData("postgres:///shop?host=/run/pg&user=app", "Host=/run/pg;Database=shop;Username=app")]
    [InlineData("postgres://[::1]:6432/shop", "Host=::1;Port=6432;Database=shop")]
    public void A_url_says_what_a_connection_string_says(string url, string same)
    {
        var (told, expected) = (Source.Settings(url, new()), Source.Settings(same, new()));

        Assert.True(told.EquivalentTo(expected), $"{told.ConnectionString} is not {expected.ConnectionString}");
    }

    [Theory]
    [InlineData("postgres://app:hunter2@db:none/shop", "is no port")]
    [InlineData("postgres://app:hunt/er2@db/shop", "so one of these may stand in the password")]
    [InlineData("postgres://app:1/hunter2@db/shop", "so one of these may stand in the password")]
    [InlineData("postgres://app:hunter2%@db/shop", "not followed by two digits")]
    [InlineData("postgres://app:hunter2?@db/shop", "so one of these may stand in the password")]
    [InlineData("postgres://app@db/shop?hunter2=1", "it has a parameter that is none of sslmode")]
    [InlineData("postgres://app:hunter2@db/shop?sslmode", "has no value")]
    [InlineData("postgres://app:hunter2@db/shop?sslmode=maybe", "sslmode must be one of disable")]
    [InlineData("postgres://app:hunter2@db/shop?target_session_attrs=standby", "as jobs must be written")]
    [InlineData("postgres://app:hunter2@a,,b/shop", "between two commas")]
    [InlineData("postgres://app:hunter2@/shop", "names no host")]
    public void One_that_is_not_well_formed_is_refused_without_showing_any_of_it(string url, string says)
    {
        var refused = Assert.Throws<PawlException>(() => PostgresStore.Open(url));

        Assert.Equal(("config_invalid", 8), (refused.Code, refused.ExitCode));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunt", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_place_that_is_shown_has_no_password() =>
        Assert.Equal("a:5432,b:5433/shop", Source.Place(Source.Settings("postgres://app:hunter2@a,b:5433/shop", new())));
}
