using System.Collections.Concurrent;
using Npgsql;
using Pawl.Postgres;
using Pawl.Storage.Tests.OnlyPostgres;

[assembly: AssemblyFixture(typeof(Databases))]

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>Databases for the tests: one is migrated and never used, the others are copies of it. A copy that is given back is emptied and
/// given out again, which takes a tenth of the time of a new one.</summary>
/// <remarks>With <c>PAWL_TEST_PGBOUNCER=1</c> the stores reach them through a PgBouncer in transaction mode.</remarks>
public sealed class Databases : IAsyncDisposable
{
    private const string Template = "pawl_template";

    // what was written to is emptied; what was not costs nothing
    private const string Empty = """
        do $$
        declare
            used text;
        begin
            select string_agg(c.oid::regclass::text, ', ') into used
            from pg_class c
            where c.relnamespace = 'pawl'::regnamespace and c.relkind = 'r' and c.relname not in ('schema_step', 'slice')
                and pg_relation_size(c.oid) > 0;
            if used is not null then
                set local client_min_messages = warning;
                execute 'truncate ' || used || ' restart identity cascade';
            end if;
            perform setval('pawl.job_id', 1, false), setval('pawl.pack_id', 1, false);
        end
        $$
        """;

    private readonly ConcurrentBag<string> _free = [];
    private readonly ConcurrentBag<string> _made = [];
    private readonly Lazy<Task<NpgsqlDataSource>> _server;
    private readonly string _prefix = $"pawl_{Environment.ProcessId}_";
    private PostgresCluster? _cluster;
    private PgBouncer? _bouncer;
    private int _count;

    public Databases() => _server = new(StartAsync);

    /// <summary>A database with all tables and no row; skips the test where there is no server.</summary>
    public async Task<string> TakeAsync()
    {
        var server = await _server.Value;
        return StringTo(_free.TryTake(out var name) ? name : await MakeAsync(server, _prefix + Template));
    }

    /// <summary>A database with all tables that nobody has written to, so that its statistics say nothing; it is not given back.</summary>
    public async Task<string> TakeUnusedAsync() => StringTo(await MakeAsync(await _server.Value, _prefix + Template));

    /// <summary>A database without tables, which is not given back.</summary>
    public async Task<string> TakeBareAsync() => StringTo(await MakeAsync(await _server.Value, "template0"));

    /// <summary>Takes back a database that no store is open on.</summary>
    public async Task GiveBackAsync(string connectionString)
    {
        var source = NpgsqlDataSource.Create(connectionString);
        await using (source)
        {
            await using var empty = source.CreateCommand(Empty);
            await empty.ExecuteNonQueryAsync();
        }

        _free.Add(new NpgsqlConnectionStringBuilder(connectionString).Database!);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated && _server.Value.IsCompletedSuccessfully)
        {
            var server = await _server.Value;
            if (!_cluster!.IsOwn)
            {
                foreach (var name in _made)
                {
                    await RunAsync(server, $"drop database if exists {name} with (force)");
                }
            }

            await server.DisposeAsync();
        }

        _bouncer?.Dispose();
        _cluster?.Dispose();
    }

    private async Task<NpgsqlDataSource> StartAsync()
    {
        (_cluster, var lacking) = PostgresCluster.Start();
        if (_cluster is null)
        {
            Assert.SkipUnless(PostgresCluster.Required, lacking!);
            Assert.Fail(lacking!);
        }

        if (Environment.GetEnvironmentVariable("PAWL_TEST_PGBOUNCER") == "1")
        {
            Assert.True(PgBouncer.Program is not null, "No PgBouncer for the tests: install it (Debian: apt-get install pgbouncer).");
            var place = new NpgsqlConnectionStringBuilder(_cluster.ConnectionString);
            _bouncer = PgBouncer.Start(PgBouncer.Program!, place.Host!, place.Port, place.Username!);
        }

        var server = NpgsqlDataSource.Create(_cluster.ConnectionString);
        var template = StringTo(await MakeAsync(server, "template0", _prefix + Template), direct: true);   // copied, so nobody may hold it
        await using (var store = PostgresStore.Open(template))
        {
            await store.MigrateAsync(apply: true, CancellationToken.None);
            await store.GrowAsync(0);   // or the first test with a job would make a slice, and a plan told which test came first
        }

        return server;
    }

    private string StringTo(string database, bool direct = false)
    {
        var place = new NpgsqlConnectionStringBuilder(_cluster!.ConnectionString)
        {
            Database = database,
            MinPoolSize = 0,
            MaxPoolSize = 40,   // several test classes at a time share the server's connections
            Timeout = 60,
        };
        if (!direct && _bouncer is { Port: var port })
        {
            (place.Host, place.Port) = ("127.0.0.1", port);
        }

        return place.ConnectionString;
    }

    private async Task<string> MakeAsync(NpgsqlDataSource server, string template, string? name = null)
    {
        name ??= $"{_prefix}{Interlocked.Increment(ref _count)}";
        _made.Add(name);
        await RunAsync(server, $"create database {name} template {template}");
        return name;
    }

    private static async Task RunAsync(NpgsqlDataSource server, string sql)
    {
        await using var command = server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
