using Npgsql;
using Pawl.Postgres;
using Pawl.Testing;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>What one process commits another hears, where it listens.</summary>
public sealed class ListenerTests(Databases databases) : IAsyncLifetime
{
    private const string Listening = "select pid from pg_stat_activity where datname = current_database() and query = 'listen pawl'";

    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
    private readonly List<PostgresStore> _stores = [];
    private string _database = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await databases.TakeAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        await databases.GiveBackAsync(_database);
    }

    [Fact(Timeout = 180_000)]
    public async Task New_jobs_and_cancels_are_heard_by_the_other_process_once()
    {
        var (one, other) = (await OpenAsync(), await OpenAsync());
        var heard = new Heard(other);
        var (worker, _) = (await ListenAsync(other, heard), await RegisterAsync(one));
        var said = new Heard(one);

        await one.EnqueueAsync(new EnqueueRequest([Job with { Priority = 17 }], Now), Ct);
        await heard.UntilAsync("runnable 17");
        await one.EnqueueAsync(new EnqueueRequest([Job with { RunAt = Now.AddHours(1) }], Now), Ct);
        await heard.UntilAsync($"scheduled {Now.AddHours(1):O}");
        var claimed = Assert.Single(await ClaimAsync(other, worker));
        await one.CancelAsync(new CancelRequest { Ids = [claimed.Lease.Job], Now = Now }, Ct);
        await heard.UntilAsync($"attention {worker}");

        // Its own come back to it too, and are not told a second time.
        await other.EnqueueAsync(new EnqueueRequest([Job with { Priority = 3 }], Now), Ct);
        await said.UntilAsync("runnable 3");
        Assert.Single(said.All, "runnable 17");
    }

    [Fact(Timeout = 180_000)]
    public async Task A_connection_that_breaks_is_opened_again_and_what_was_missed_is_looked_for()
    {
        var store = await OpenAsync();
        var heard = new Heard(store);
        await ListenAsync(store, heard);
        heard.Forget();

        Assert.Single(await KillAsync());
        await heard.UntilAsync("runnable 0");

        var other = await OpenAsync();
        await other.EnqueueAsync(new EnqueueRequest([Job with { Priority = 21 }], Now), Ct);
        await heard.UntilAsync("runnable 21");
    }

    [Fact(Timeout = 180_000)]
    public async Task A_process_that_does_not_listen_says_nothing_either_and_finds_work_all_the_same()
    {
        var (silent, other) = (await OpenAsync(listen: false), await OpenAsync());
        var heard = new Heard(other);
        await ListenAsync(other, heard);
        var worker = await RegisterAsync(silent);

        await silent.EnqueueAsync(new EnqueueRequest([Job with { Priority = 5 }], Now), Ct);
        await other.EnqueueAsync(new EnqueueRequest([Job with { Priority = 6 }], Now), Ct);
        var third = await OpenAsync();
        await third.EnqueueAsync(new EnqueueRequest([Job with { Priority = 7 }], Now), Ct);
        await heard.UntilAsync("runnable 7");

        Assert.DoesNotContain("runnable 5", heard.All);
        Assert.Equal(3, (await ClaimAsync(silent, worker)).Count);
        Assert.Single(await KillAsync());
    }

    [Fact]
    public void A_hint_is_read_as_it_was_written_and_what_is_not_known_is_passed_over()
    {
        var hints = new Hints();
        hints.Runnable(-5);
        hints.Runnable(12);
        hints.Scheduled(Now.AddMinutes(2));
        hints.Scheduled(Now);
        hints.Attention(7);
        hints.Attention(8);
        hints.Recorded();
        var text = hints.Write();

        Assert.Equal(text, Hints.Read($"{text} z9 rx a s- e".Split(' ')).Write());
        Assert.True(Hints.Read(["r", "", "s99999999999999999999", "é"]).IsEmpty);
    }

    [Fact]
    public void A_hint_about_a_thousand_workers_still_fits_into_a_notification()
    {
        var hints = new Hints();
        for (var worker = 0L; worker < 1_000; worker++)
        {
            hints.Attention(long.MaxValue - worker);
        }

        Assert.InRange(hints.Write().Length, 1_000, 7_900);
    }

    [Fact(Timeout = 180_000)]
    public async Task However_much_is_committed_at_once_the_others_are_told_once_in_a_while()
    {
        var clock = new ManualClock(Now);
        await using var source = Connections.Open(_database, new PostgresOptions(), TimeProvider.System);
        await using var notifier = new Notifier(source, "other", clock);
        var store = await OpenAsync();
        var heard = new Heard(store);
        await ListenAsync(store, heard);

        notifier.Add(Hint(1));
        await heard.UntilAsync("runnable 1");
        for (var priority = 2; priority <= 100; priority++)
        {
            notifier.Add(Hint(priority));
        }

        while (!heard.All.Contains("runnable 100"))
        {
            Ct.ThrowIfCancellationRequested();
            clock.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        // a handful at once, then one each 50 ms, of which one brings all the rest
        Assert.InRange(heard.All.Count(static what => what is not ("runnable 0" or "recorded")), 2, 12);
    }

    private static NewJob Job => new() { Type = "mail", Queue = "default", Payload = "{}"u8.ToArray() };

    private static Hints Hint(int priority)
    {
        var hints = new Hints();
        hints.Runnable(priority);
        return hints;
    }

    private static async Task<IReadOnlyList<Claimed>> ClaimAsync(PostgresStore store, long worker) => await store.ClaimAsync(
        new ClaimRequest
        {
            WorkerId = worker, Token = new LeaseToken(1, 2), Now = Now, Lines = [new ClaimLine("default", "mail", 10)], Slots = 10,
        },
        Ct);

    private static async Task<long> RegisterAsync(PostgresStore store) => await store.RegisterAsync(
        new WorkerFacts { Name = "w", Host = "h", Pid = 1, Version = "0", Slots = 1, Types = ["mail"], Queues = ["default"] },
        Now,
        Ct);

    /// <summary>Registers a worker, and waits until the store hears.</summary>
    private static async Task<long> ListenAsync(PostgresStore store, Heard heard)
    {
        var worker = await RegisterAsync(store);
        await heard.UntilAsync("runnable 0");
        return worker;
    }

    private async Task<PostgresStore> OpenAsync(bool listen = true)
    {
        var store = PostgresStore.Open(_database, new PostgresOptions { Listen = listen });
        _stores.Add(store);
        await store.MigrateAsync(apply: false, Ct);
        return store;
    }

    private async Task<List<int>> KillAsync()
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand($"select pid, pg_terminate_backend(pid) from ({Listening}) as listening", connection);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var pids = new List<int>();
        while (await reader.ReadAsync(Ct))
        {
            pids.Add(reader.GetInt32(0));
        }

        return pids;
    }

    /// <summary>The hints that a store gave to the loops of its process.</summary>
    private sealed class Heard
    {
        private readonly Lock _gate = new();
        private readonly List<string> _all = [];
        private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Heard(PostgresStore store)
        {
            store.Wakeups.Runnable += priority => Add($"runnable {priority}");
            store.Wakeups.Scheduled += at => Add($"scheduled {at:O}");
            store.Wakeups.Attention += worker => Add($"attention {worker}");
            store.Wakeups.Recorded += _ => Add("recorded");
        }

        public IReadOnlyList<string> All
        {
            get
            {
                lock (_gate)
                {
                    return [.. _all];
                }
            }
        }

        public void Forget()
        {
            lock (_gate)
            {
                _all.Clear();
            }
        }

        public async Task UntilAsync(string what)
        {
            while (true)
            {
                Task more;
                lock (_gate)
                {
                    if (_all.Contains(what))
                    {
                        return;
                    }

                    more = _more.Task;
                }

                await more.WaitAsync(Ct);
            }
        }

        private void Add(string what)
        {
            TaskCompletionSource more;
            lock (_gate)
            {
                _all.Add(what);
                (more, _more) = (_more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            more.SetResult();
        }
    }
}
