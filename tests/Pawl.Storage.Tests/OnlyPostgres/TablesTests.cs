using Npgsql;
using Pawl.Postgres;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>How the tables come to be, whoever makes them.</summary>
public sealed class TablesTests(OwnServer server) : IClassFixture<OwnServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Programs_that_start_at_once_make_the_tables_once()
    {
        var database = await server.MakeAsync("atonce");
        var stores = Enumerable.Range(0, 4).Select(_ => PostgresStore.Open(database)).ToList();
        try
        {
            var all = await Task.WhenAll(stores.Select(store => store.MigrateAsync(apply: true, Ct).AsTask()));

            Assert.All(all, status => Assert.True(status.Ready));
            Assert.Equal(all[0].Known, await server.NumberAsync("select count(*) from pawl.schema_step", database));
        }
        finally
        {
            foreach (var store in stores)
            {
                await store.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task The_script_makes_the_same_tables_and_a_second_run_of_it_changes_nothing()
    {
        var (byHand, byItself) = (await server.MakeAsync("byhand"), await server.MakeAsync("byitself"));
        await using var waits = PostgresStore.Open(byHand);
        await using var makes = PostgresStore.Open(byItself);
        var before = await waits.MigrateAsync(apply: false, Ct);
        Assert.Equal((0, before.Known), (before.Version, before.Pending.Count));
        Assert.Equal(0, await server.NumberAsync("select count(*) from pg_namespace where nspname = 'pawl'", byHand));

        await server.RunAsync(PostgresStore.ScriptOf(), byHand);
        await server.RunAsync(PostgresStore.ScriptOf(), byHand);
        await makes.MigrateAsync(apply: true, Ct);

        Assert.True((await waits.MigrateAsync(apply: false, Ct)).Ready);
        Assert.Equal(await ShapeAsync(byItself), await ShapeAsync(byHand));
        Assert.Equal(
            ("schema_step_unknown", 2),
            Assert.Throws<PawlException>(() => PostgresStore.ScriptOf(from: 900)) is var unknown
                ? (unknown.Code, unknown.ExitCode)
                : default);
    }

    [Fact]
    public async Task A_role_without_the_right_is_told_what_it_lacks_and_one_that_owns_the_schema_needs_no_more()
    {
        var database = await server.MakeAsync("poor");
        await server.RunAsync("create role poor login; revoke create on database poor from public", database);
        var own = new NpgsqlConnectionStringBuilder(database) { Username = "poor" }.ConnectionString;
        await using var store = PostgresStore.Open(own);

        var refused = await Assert.ThrowsAsync<PawlException>(async () => await store.MigrateAsync(apply: true, Ct));
        Assert.Equal(("storage_permission", 8), (refused.Code, refused.ExitCode));
        Assert.Contains("permission denied for database poor", refused.Message, StringComparison.Ordinal);

        await server.RunAsync("create schema pawl authorization poor", database);
        Assert.True((await store.MigrateAsync(apply: true, Ct)).Ready);
    }

    [Fact]
    public async Task A_schema_of_somebody_else_and_a_table_that_is_gone_are_named_and_nothing_is_changed()
    {
        var database = await server.MakeAsync("foreigner");
        await server.RunAsync("create schema pawl; create table pawl.worker (id int)", database);
        await using var store = PostgresStore.Open(database);

        var refused = await Assert.ThrowsAsync<PawlException>(async () => await store.MigrateAsync(apply: true, Ct));
        Assert.Equal(("not_our_database", 8), (refused.Code, refused.ExitCode));
        Assert.Equal(1, await server.NumberAsync("select count(*) from pg_tables where schemaname = 'pawl'", database));

        await server.RunAsync("drop table pawl.worker", database);
        Assert.True((await store.MigrateAsync(apply: true, Ct)).Ready);
        await server.RunAsync("alter table pawl.worker rename to hidden", database);
        var missing = await store.MigrateAsync(apply: true, Ct);
        Assert.Equal((false, "worker"), (missing.Ready, Assert.Single(missing.Missing)));
        await server.RunAsync("insert into pawl.schema_step select max(number) + 1, 'later', '', 0 from pawl.schema_step", database);
        Assert.Equal("schema_newer", (await Assert.ThrowsAsync<PawlException>(async () => await store.MigrateAsync(apply: true, Ct))).Code);
    }

    [Fact]
    public async Task A_migration_that_breaks_off_leaves_nothing_behind()
    {
        var database = await server.MakeAsync("halfway");
        await server.RunAsync(
            """
            create function refuse() returns event_trigger language plpgsql as $$ begin raise exception 'not today'; end $$;
            create event trigger refuse on ddl_command_end when tag in ('CREATE INDEX') execute function refuse()
            """,
            database);
        await using var store = PostgresStore.Open(database);

        await Assert.ThrowsAsync<PawlException>(async () => await store.MigrateAsync(apply: true, Ct));
        Assert.Equal(0, await server.NumberAsync("select count(*) from pg_namespace where nspname = 'pawl'", database));

        await server.RunAsync("drop event trigger refuse", database);
        Assert.True((await store.MigrateAsync(apply: true, Ct)).Ready);
    }

    private async Task<string> ShapeAsync(string database)
    {
        await using var connection = new NpgsqlConnection($"{database};Pooling=false");
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(
            """
            select string_agg(line, e'\n' order by line) from (
                select format('%s.%s %s %s', table_name, column_name, data_type, is_nullable) as line
                from information_schema.columns where table_schema = 'pawl'
                union all
                select indexdef from pg_indexes where schemaname = 'pawl'
                union all
                select format('%s %s', number, checksum) from pawl.schema_step) as all_lines
            """,
            connection);
        return (string)(await command.ExecuteScalarAsync(Ct))!;
    }
}
