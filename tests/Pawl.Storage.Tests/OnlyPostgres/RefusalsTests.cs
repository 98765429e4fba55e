using Npgsql;
using Pawl.Postgres;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>What a server that will not do is said to be, and how it goes on.</summary>
public sealed class RefusalsTests(OwnServer server) : IClassFixture<OwnServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wrong_host_a_wrong_password_and_a_wrong_database_have_three_texts_and_none_has_the_password()
    {
        await LockAsync();
        (string Code, int? ExitCode, string Says, Action<NpgsqlConnectionStringBuilder> Change)[] all =
        [
            ("storage_unreachable", null, "cannot be reached", settings => settings.Host = "/nowhere"),
            ("storage_unreachable", null, "cannot be reached", settings => (settings.Host, settings.Port) = ("127.0.0.1", 1)),
            ("storage_unreachable", null, "No host of", settings => settings.Host = "/nowhere,/elsewhere"),
            ("storage_login_refused", 8, "refused the login", settings => settings.Username = "locked"),
            ("storage_login_refused", 8, "refused the login", settings => settings.SslMode = SslMode.Require),
            ("storage_database_unknown", 8, "There is no such database", settings => settings.Database = "nosuch"),
        ];
        foreach (var (code, exitCode, says, change) in all)
        {
            await using var store = PostgresStore.Open(server.With(settings =>
            {
                settings.Password = "hunter2";
                change(settings);
            }));

            var refused = await Assert.ThrowsAsync<PawlException>(async () => await store.MigrateAsync(apply: true, Ct));

            Assert.Equal((code, exitCode), (refused.Code, refused.ExitCode));
            Assert.Contains(says, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", store.Info.ToString(), StringComparison.Ordinal);
            Assert.Equal(1, store.Pool!.Failures);
        }
    }

    [Fact]
    public async Task A_role_that_may_not_make_the_tables_is_told_so_and_what_to_do()
    {
        var database = await server.MakeAsync("walled");
        await server.RunAsync("create role guest login");
        await using var store = PostgresStore.Open(new NpgsqlConnectionStringBuilder(database) { Username = "guest" }.ConnectionString);

        var refused = await Assert.ThrowsAsync<PawlException>(async () => await store.MigrateAsync(apply: true, Ct));

        Assert.Equal(("storage_permission", 8), (refused.Code, refused.ExitCode));
        Assert.Contains("may not apply the tables of Pawl", refused.Message, StringComparison.Ordinal);
        Assert.Contains("apply the script by hand", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_is_too_old_is_refused()
    {
        var refused = Assert.Throws<PawlException>(() => StorageErrors.RefuseOld(new Version(12, 19), "db:5432/app"));

        Assert.Equal(("storage_too_old", 8), (refused.Code, refused.ExitCode));
        Assert.Contains("version 12.19, but Pawl needs 13 or newer", refused.Message, StringComparison.Ordinal);
        Assert.Equal(13, StorageErrors.RefuseOld(new Version(13, 0), "").Major);
    }

    [Fact]
    public async Task A_server_that_takes_no_writes_is_waited_for()
    {
        var database = await server.MakeAsync("calm");
        await server.RunAsync("alter database calm set default_transaction_read_only = on");
        await using var store = PostgresStore.Open($"{database};Minimum Pool Size=0");

        var refused = await Assert.ThrowsAsync<PawlException>(async () => await store.MigrateAsync(apply: true, Ct));
        Assert.Equal(("storage_readonly", null), (refused.Code, refused.ExitCode));

        await server.RunAsync("alter database calm set default_transaction_read_only = off");
        await server.RunAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'calm'");
        Assert.True((await store.MigrateAsync(apply: true, Ct)).Ready);
    }

    [Fact]
    public async Task A_server_that_gives_no_more_connections_is_asked_until_one_comes_free()
    {
        var database = await server.MakeAsync("crowded");
        await server.RunAsync("create role narrow login connection limit 1; grant all on database crowded to narrow");
        var own = new NpgsqlConnectionStringBuilder(database) { Username = "narrow", Pooling = false }.ConnectionString;
        await using var other = new NpgsqlConnection(own);
        await other.OpenAsync(Ct);
        await using var store = PostgresStore.Open(own);

        var waits = store.MigrateAsync(apply: true, Ct).AsTask();
        Assert.False(waits.IsCompleted);
        await other.CloseAsync();

        Assert.True((await waits).Ready);
    }

    [Theory]
    [InlineData("53100", "storage_full", null)]
    [InlineData("53200", "storage_unavailable", null)]
    [InlineData("53300", "storage_busy", null)]
    [InlineData("57P01", "storage_unavailable", null)]
    [InlineData("57P02", "storage_unavailable", null)]
    [InlineData("57P03", "storage_unavailable", null)]
    [InlineData("57014", "storage_busy", null)]
    [InlineData("55P03", "storage_busy", null)]
    [InlineData("40P01", "storage_busy", null)]
    [InlineData("25006", "storage_readonly", null)]
    [InlineData("25P03", "storage_unavailable", null)]
    [InlineData("08P01", "storage_unavailable", null)]
    [InlineData("42P01", "waiting_for_schema", null)]
    [InlineData("42501", "storage_permission", null)]
    [InlineData("22P02", "internal", null)]
    public void Each_failure_has_a_code_and_what_may_work_later_is_tried_again(string state, string code, int? exitCode)
    {
        var error = new PostgresException("no", "ERROR", "ERROR", state);

        var explained = Assert.IsType<PawlException>(StorageErrors.Explain(error, "db:5432/app"));

        Assert.Equal((code, exitCode), (explained.Code, explained.ExitCode));
        Assert.Equal(code != "internal", Running.StoreFaults.IsOutage(explained));
        Assert.Equal(state is "57P01" or "57P02" or "57P03" or "25P03" or "08P01", StorageErrors.IsBroken(error));
    }

    /// <summary>A role that is asked for its password.</summary>
    private async Task LockAsync() => await server.RunAsync(
        """
        do $$
        begin
            if not exists (select from pg_roles where rolname = 'locked') then
                create role locked login password 'another';
            end if;
            execute format('copy (values (''local all locked scram-sha-256''), (''local all all trust'')) to %L',
                current_setting('hba_file'));
            perform pg_reload_conf();
        end
        $$
        """);
}
