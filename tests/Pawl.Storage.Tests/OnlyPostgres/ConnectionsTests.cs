using System.Diagnostics.Metrics;
using Npgsql;
using Pawl.Postgres;
using Pawl.Testing;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>How many connections there are, who gets one, and whether it works.</summary>
public sealed class ConnectionsTests(Databases databases) : IAsyncLifetime
{
    private string _database = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await databases.TakeAsync();

    public async ValueTask DisposeAsync()
    {
        if (_database.Length > 0)
        {
            await databases.GiveBackAsync(_database);
        }
    }

    [Fact]
    public void What_is_set_goes_before_the_connection_string_and_that_before_the_defaults()
    {
        var plain = Source.Settings("Host=db", new());
        Assert.Equal((20, 2, 30, 2), (plain.MaxPoolSize, plain.MinPoolSize, plain.ConnectionIdleLifetime, plain.Timeout));
        Assert.Equal(("pawl", true, false, 0), (plain.ApplicationName, plain.NoResetOnClose, plain.Enlist, plain.MaxAutoPrepare));
        Assert.Null(plain.Options);   // a startup parameter that PgBouncer refuses

        const string Own =
            "Host=db;MaxPoolSize=7;Minimum Pool Size=1;Timeout=5;Connection Idle Lifetime=60;Application Name=shop;Enlist=true";
        var own = Source.Settings(Own, new());
        Assert.Equal((7, 1, 60, 5), (own.MaxPoolSize, own.MinPoolSize, own.ConnectionIdleLifetime, own.Timeout));
        Assert.Equal(("shop", false), (own.ApplicationName, own.Enlist));

        var set = Source.Settings(
            Own, new() { PoolMax = 9, PoolMin = 3, IdleTimeout = TimeSpan.FromSeconds(5), ConnectTimeout = TimeSpan.FromSeconds(1.5) });
        Assert.Equal((9, 3, 5, 2), (set.MaxPoolSize, set.MinPoolSize, set.ConnectionIdleLifetime, set.Timeout));
    }

    [Theory]
    [InlineData("Host=a,b", "read-write")]
    [InlineData("Host=a,b;Target Session Attributes=primary", "primary")]
    [InlineData("Host=a,b;Target Session Attributes=any", "read-write")]
    [InlineData("Host=a;Target Session Attributes=read-write", null)]
    public void Of_several_hosts_only_one_that_takes_writes_will_do(string text, string? target) =>
        Assert.Equal(target, Source.Settings(text, new()).TargetSessionAttributes);

    [Theory]
    [InlineData("Host=db;Maximum Pool Size=3", "Pawl:Postgres:PoolMax (Maximum Pool Size in the connection string) must be between 4 and")]
    [InlineData("Host=db;Maximum Pool Size=5;Minimum Pool Size=6", "Pawl:Postgres:PoolMin (Minimum Pool Size")]
    [InlineData("Host=a,b;Target Session Attributes=standby", "asks for Target Session Attributes=standby, but jobs must be written")]
    [InlineData("Database=app", "names no host")]
    [InlineData("Hots=db;Password=secret", "is no setting of it")]
    [InlineData("Host=db;Password=sec;ret=1", "The connection string for PostgreSQL cannot be read. Write it like")]
    public void A_connection_string_that_will_not_do_is_refused_without_its_secrets(string text, string says)
    {
        var refused = Assert.Throws<PawlException>(() => PostgresStore.Open(text));

        Assert.Equal(("config_invalid", 8), (refused.Code, refused.ExitCode));
        Assert.Contains(says, refused.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(
            "ret", refused.ToString().Replace("secrets", "", StringComparison.Ordinal).Split("   at ")[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_all_are_in_use_a_call_fails_for_now_a_sign_of_life_does_not_and_all_is_well_when_one_comes_free()
    {
        await using var connections = Open(new() { PoolMax = 4, AcquireTimeout = TimeSpan.FromMilliseconds(100) });
        var held = await connections.OpenAsync(Lane.Call, Ct);

        var busy = await Assert.ThrowsAsync<PawlException>(async () => await connections.OpenAsync(Lane.Call, Ct));
        Assert.Equal(("storage_busy", null), (busy.Code, busy.ExitCode));
        Assert.True(Running.StoreFaults.IsOutage(busy));
        foreach (var lane in (Lane[])[Lane.Life, Lane.Inner])
        {
            var (kept, ticket) = await connections.OpenAsync(lane, Ct);
            await connections.CloseAsync(kept, ticket);
        }

        await connections.CloseAsync(held.Connection, held.Ticket);
        held = await connections.OpenAsync(Lane.Call, Ct);
        await connections.CloseAsync(held.Connection, held.Ticket);
        Assert.True(connections.Pool.Wait >= TimeSpan.FromMilliseconds(63), "the wait of 100 ms counts among the 95 of 100");
    }

    [Fact]
    public async Task Total_idle_and_waiting_are_told()
    {
        await using var connections = Open(new() { PoolMax = 4, PoolMin = 0 });
        var held = await connections.OpenAsync(Lane.Call, Ct);
        var lives = await connections.OpenAsync(Lane.Life, Ct);
        await connections.CloseAsync(lives.Connection, lives.Ticket);
        var waits = connections.OpenAsync(Lane.Call, Ct).AsTask();

        var pool = connections.Pool;
        Assert.Equal((4, 2, 1, 1, 0L), (pool.Max, pool.Total, pool.Idle, pool.Waiting, pool.Failures));
        var told = Measure();
        Assert.True(told["total"] >= 2 && told["idle"] >= 1 && told["waiting"] >= 1);

        await connections.CloseAsync(held.Connection, held.Ticket);
        held = await waits;
        Assert.Equal(0, connections.Pool.Waiting);
        await connections.CloseAsync(held.Connection, held.Ticket);
    }

    [Fact]
    public async Task A_connection_that_lay_is_asked_whether_it_works_before_it_is_given_out()
    {
        var clock = new ManualClock();
        await using var connections = Connections.Open(_database, new() { PoolMin = 0 }, clock);
        var (connection, ticket) = await connections.OpenAsync(Lane.Call, Ct);
        var lay = connection.ProcessID;
        await connections.CloseAsync(connection, ticket);
        await TerminateAsync(lay);
        clock.Advance(TimeSpan.FromSeconds(31));

        (connection, ticket) = await connections.OpenAsync(Lane.Call, Ct);
        await using (var works = new NpgsqlCommand("select 1", connection))
        {
            Assert.Equal(1, await works.ExecuteScalarAsync(Ct));
        }

        Assert.NotEqual(lay, connection.ProcessID);
        await connections.CloseAsync(connection, ticket);
    }

    [Fact]
    public async Task Calls_whose_connections_an_operator_ended_are_done_anew_and_nobody_notices()
    {
        await using var store = PostgresStore.Open($"{_database};Application Name={nameof(ConnectionsTests)}");
        await store.MigrateAsync(apply: false, Ct);
        var now = DateTimeOffset.UnixEpoch.AddYears(60);
        var job = new NewJob { Type = "mail", Queue = "default", Payload = "{}"u8.ToArray() };
        for (var n = 1; n <= 5; n++)
        {
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => store.LinesAsync(Ct).AsTask()));
            await TerminateAsync(null);

            Assert.Null((await store.EnqueueAsync(new EnqueueRequest([job], now), Ct)).Refusal);
        }

        Assert.Equal(5, Assert.Single(await store.LinesAsync(Ct)).Counts[JobState.Queued]);
        Assert.Equal(0, store.Pool!.Failures);
    }

    [Fact]
    public async Task A_data_source_of_the_program_is_used_and_left_open()
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using (var store = PostgresStore.Open(source))
        {
            Assert.True((await store.MigrateAsync(apply: false, Ct)).Ready);
            Assert.Empty(await store.LinesAsync(Ct));
            Assert.StartsWith("1", store.Info.Version, StringComparison.Ordinal);
        }

        await using var command = source.CreateCommand("select 1");
        Assert.Equal(1, await command.ExecuteScalarAsync(Ct));
    }

    private static Dictionary<string, int> Measure()
    {
        var told = new Dictionary<string, int>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Pawl.Postgres" && instrument.Name == "pawl.store.connections")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) => told[(string)tags[0].Value!] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return told;
    }

    private Connections Open(PostgresOptions options) => Connections.Open(_database, options, TimeProvider.System);

    /// <summary>Ends one process of the server, or all of this class's store.</summary>
    private async Task TerminateAsync(int? process)
    {
        await using var operates = new NpgsqlConnection($"{_database};Pooling=false");
        await operates.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(
            """
            select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity
            where pid = $1 or $1 is null and datname = current_database() and application_name = 'ConnectionsTests'
            """,
            operates)
        {
            Parameters =
            {
                new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer, Value = (object?)process ?? DBNull.Value },
            },
        };
        Assert.True((long)(await command.ExecuteScalarAsync(Ct))! > 0);
    }
}
