using Npgsql;
using Pawl.Postgres;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>Calls that arrive together are stored together, and each gets its own answer.</summary>
public sealed class GatheringTests(Databases databases) : IAsyncLifetime
{
    private const int Callers = 20;
    private const string Waiting = """
        select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and state = 'active'
        """;

    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
    private string _database = "";
    private PostgresStore _store = null!;
    private NpgsqlConnection _other = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await databases.TakeAsync();
        _store = PostgresStore.Open(_database);
        await _store.MigrateAsync(apply: false, Ct);
        _other = new NpgsqlConnection(_database);
        await _other.OpenAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _other.DisposeAsync();
            await _store.DisposeAsync();
            await databases.GiveBackAsync(_database);
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task Each_of_many_callers_gets_the_numbers_of_its_own_jobs()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 16).Select(async caller =>
        {
            var told = new List<(string Payload, long Id)>();
            for (var turn = 0; turn < 10; turn++)
            {
                var jobs = Enumerable.Range(0, 1 + (turn % 3)).Select(n => Job($"{{\"n\":\"{caller}/{turn}/{n}\"}}")).ToArray();
                var reply = await _store.EnqueueAsync(new EnqueueRequest(jobs, Now), Ct);
                told.AddRange(jobs.Zip(reply.Jobs, static (job, made) => (Text(job.Payload), made.Id.Value)));
            }

            return told;
        }));

        var stored = await ReadAsync("select payload, id from pawl.job", static row => (row.GetString(0), row.GetInt64(1)));
        Assert.Equal(16 * 19, stored.Count);
        Assert.Equal(stored.Order(), replies.SelectMany(static told => told).Order());
        Assert.Equal(16 * 19, Assert.Single(await _store.LinesAsync(Ct)).Counts[JobState.Queued]);
        Assert.Equal(16 * 19, (await _store.EventsAsync(new EventQuery(0, 1_000), Ct)).Count);
    }

    [Fact(Timeout = 180_000)]
    public async Task What_gathers_while_others_are_stored_is_one_transaction_and_stands_in_line_as_one_run()
    {
        var (held, ahead) = await HoldAsync();
        await using var ended = held;
        var calls = Enqueue(Callers);

        await held.RollbackAsync(Ct);
        var replies = await Task.WhenAll(calls);
        await Task.WhenAll(ahead);

        var first = replies.Min(static reply => reply.Jobs[0].Id.Value);
        Assert.Equal(1, await CountAsync($"select count(distinct pack_id) from pawl.job where id >= {first}"));
        Assert.Equal(Callers, await CountAsync($"select hi - lo + 1 from pawl.ready where lo = {first}"));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_call_that_the_server_refuses_fails_alone()
    {
        var (held, ahead) = await HoldAsync();
        await using var ended = held;
        var before = Enqueue(Callers);
        var bad = _store.EnqueueAsync(
            new EnqueueRequest([Job("{}"), Job("{}") with { StartBy = Now, Priority = 5_000 }], Now), Ct).AsTask();
        var after = Enqueue(Callers);

        await held.RollbackAsync(Ct);
        var replies = await Task.WhenAll([.. ahead, .. before, .. after]);

        Assert.Equal("internal", (await Assert.ThrowsAsync<PawlException>(() => bad)).Code);
        var made = replies.Select(static reply => Assert.Single(reply.Jobs).Id.Value).ToList();
        Assert.Equal(made.Order(), await ReadAsync("select id from pawl.job where id > 1 order by id", static row => row.GetInt64(0)));
    }

    [Fact(Timeout = 180_000)]
    public async Task When_the_connection_breaks_under_a_group_all_its_callers_hear_that_nobody_knows()
    {
        var (held, ahead) = await HoldAsync();
        await using var ended = held;
        var calls = Enqueue(Callers);
        await using var killer = new NpgsqlConnection(_database);
        await killer.OpenAsync(Ct);

        while (!ahead.Concat(calls).All(static call => call.IsCompleted))
        {
            await using var kill = new NpgsqlCommand($"select pg_terminate_backend(pid) from ({Waiting}) as waiting", killer);
            await kill.ExecuteNonQueryAsync(Ct);
        }

        foreach (var call in ahead.Concat(calls))
        {
            Assert.Equal("storage_unanswered", (await Assert.ThrowsAsync<PawlException>(() => call)).Code);
        }

        await held.RollbackAsync(Ct);
        Assert.Null((await _store.EnqueueAsync(new EnqueueRequest([Job("{}")], Now), Ct)).Refusal);
        Assert.Equal(2, await CountAsync("select count(*) from pawl.job"));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_store_that_closes_refuses_what_waits_and_ends_what_is_on_its_way()
    {
        var (held, ahead) = await HoldAsync();
        await using var ended = held;
        var calls = Enqueue(Callers);
        var closing = _store.DisposeAsync();
        var late = await Assert.ThrowsAsync<ObjectDisposedException>(() => Assert.Single(Enqueue(1)));
        await held.RollbackAsync(Ct);
        await closing;

        Assert.Equal(nameof(PostgresStore), late.ObjectName?.Split('.')[^1]);
        await Task.WhenAll(ahead);
        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => call);
        }

        Assert.Equal(1 + ahead.Count, await CountAsync("select count(*) from pawl.job"));
    }

    [Fact(Timeout = 180_000)]
    public async Task Who_gives_up_is_let_go_at_once_and_what_no_group_had_taken_is_never_stored()
    {
        var (held, ahead) = await HoldAsync();
        await using var ended = held;
        using var patience = new CancellationTokenSource();
        var call = _store.EnqueueAsync(new EnqueueRequest([Job("{\"n\":\"late\"}")], Now), patience.Token).AsTask();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await held.RollbackAsync(Ct);
        await Task.WhenAll(ahead);

        Assert.Equal(0, await CountAsync("select count(*) from pawl.job where payload like '%late%'"));
    }

    private static NewJob Job(string payload) => new()
    {
        Type = "mail",
        Queue = "default",
        Payload = System.Text.Encoding.UTF8.GetBytes(payload),
    };

    private static string Text(ReadOnlyMemory<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8.Span);

    private List<Task<EnqueueReply>> Enqueue(int calls) =>
        [.. Enumerable.Range(0, calls).Select(_ => _store.EnqueueAsync(new EnqueueRequest([Job("{}")], Now), Ct).AsTask())];

    /// <summary>Nobody can store a job until what this gives ends; two calls are on their way, and those that follow gather.</summary>
    private async Task<(NpgsqlTransaction Held, List<Task<EnqueueReply>> Ahead)> HoldAsync()
    {
        await Task.WhenAll(Enqueue(1));
        var held = await _other.BeginTransactionAsync(Ct);
        await using var hold = new NpgsqlCommand("lock table pawl.job in exclusive mode", _other);
        await hold.ExecuteNonQueryAsync(Ct);
        List<Task<EnqueueReply>> ahead = [];
        while (ahead.Count < 2)
        {
            ahead.AddRange(Enqueue(1));
            while ((await ReadAsync(Waiting, static row => row.GetInt32(0))).Count < ahead.Count)
            {
                Ct.ThrowIfCancellationRequested();
            }
        }

        return (held, ahead);
    }

    private async Task<long> CountAsync(string sql) => (await ReadAsync(sql, static row => row.GetInt64(0)))[0];

    private async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> make)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(Ct))
        {
            rows.Add(make(reader));
        }

        return rows;
    }
}
